//! What can go wrong with a call.

/// The calls that something can go wrong with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// `POST /v1/api/wallet/recovery/confirm`.
    Confirm,
    /// `POST /v1/api/wallet/sign_data`.
    Sign,
}

/// What goes wrong. "After" is after the new keys are in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The connection ends without an answer, and nothing was done.
    DropBefore,
    /// The connection ends without an answer.
    DropAfter,
    /// No answer ever comes, and nothing was done.
    StallBefore,
    /// No answer ever comes.
    StallAfter,
    /// Half of the answer's body comes, and then the connection ends.
    CutAfter,
    /// 500, and nothing was done.
    FailBefore,
    /// 408 `REQUEST_TIMEOUT`, which says "retry" and does not say whether anything was done: nothing was.
    TimeoutBefore,
    /// The same, and it was.
    TimeoutAfter,
    /// 200 and a page of HTML.
    GarbageAfter,
    /// 200 and the keys, under the id of another wallet.
    AnotherWalletAfter,
    /// 200 and the keys, in the group of another wallet.
    AnotherGroupAfter,
    /// 200 and the shape of `POST /v1/api/wallet`: `uuid` in the place of `id`, and fields that nobody announced.
    AnotherShapeAfter,
}

impl Fault {
    /// Whether the call is carried out.
    pub(crate) const fn commits(self) -> bool {
        !matches!(self, Self::DropBefore | Self::StallBefore | Self::FailBefore | Self::TimeoutBefore)
    }
}
