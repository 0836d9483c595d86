//! A gateway in this process, with a person enrolled at it, for a vault that shall meet one that lies. It speaks the whole
//! protocol honestly, and hands each reply to a lie before it is sealed: a lie knows every key.

use std::cell::{Cell, RefCell};

use rand_core::OsRng;
use repin_core::answers::Unicode;
use repin_core::api::*;
use repin_core::channel::{Channel, Place};
use repin_core::credential::{
    ClientRegistration, ServerSetup, credential_identifier, evaluate_guess, evaluate_registration, opening_hash,
    proof_context, verify_proof, wrap_data_key,
};
use repin_core::secret::{Secret, SecretBytes};
use repin_core::stretching::KeyStretching;
use repin_core::wallet::{WalletKeys, make_seed, seal_user_share, wallet_identifier};
use repin_core::wire::Wire;
use repin_vault::flow::SessionInput;
use repin_vault::platform::{Platform, Reply, Request, Unreachable};

/// The person's PIN, and their answers joined.
pub const PIN: &str = "493817";
/// The least cost that is accepted.
pub const KSF: KsfParams = KsfParams { m_kib: 19 * 1024, t: 1, p: 1 };

const TOKEN: &str = "token";
const KEY: &str = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
const CHALLENGE: &str = "c4d1da72-111e-4d52-bdbf-2e74a2d803d5";
pub const APP: &str = "app";
pub const USER: &str = "user";
pub const CREDENTIAL: [u8; 16] = [1; 16];
/// The code that is sent.
pub const CODE: &str = "40629174";
/// Each byte of the data key.
pub const DATA_KEY: u8 = 5;
/// Names the wallet.
pub const WALLET: [u8; 16] = [7; 16];

/// Makes of an honest plaintext what is sent in its place.
type Lie<'a> = Box<dyn FnMut(Step, Vec<u8>) -> Vec<u8> + 'a>;

/// The gateway, and all that it has heard.
pub struct Gateway<'a> {
    enrolled: &'a Enrolled,
    channel: RefCell<Channel>,
    opened: RefCell<Opened>,
    login: RefCell<Option<SecretBytes>>,
    kind: ChallengeType,
    lie: RefCell<Lie<'a>>,
    /// The steps that were asked for, in order.
    pub heard: RefCell<Vec<Step>>,
    /// The costs in the commits that were asked for.
    pub committed: RefCell<Vec<KsfParams>>,
    /// The wallets whose rotation was asked for.
    pub rotated: RefCell<Vec<String>>,
    /// The costs that the device was to get warm for.
    pub warmed: RefCell<Vec<KsfParams>>,
    /// The kind of the guess that waits for its proof.
    guessed: Cell<CredentialKind>,
    /// Answers to the second of these steps with the bytes of its answer to the first.
    replays: Option<(Step, Step)>,
    kept: RefCell<Option<Vec<u8>>>,
    clock: Cell<f64>,
}

#[derive(Default)]
struct Opened {
    kind: Option<ChallengeType>,
    opening: [u8; 32],
}

/// What is made once for all gateways: the setup, the records of [`PIN`] (which is the answers, too) and [`CODE`], and a wallet.
pub struct Enrolled {
    setup: ServerSetup,
    records: [Record; 3],
    wallet: Wallet,
}

struct Record {
    kind: CredentialKind,
    record: Vec<u8>,
    wrap: Vec<u8>,
}

struct Wallet {
    user_share: Vec<u8>,
    gateway_share: Vec<u8>,
    addresses: Vec<Address>,
}

impl Enrolled {
    pub fn make() -> Self {
        let setup = ServerSetup::new(&mut OsRng);
        let data_key = Secret::make_with(|key| key.fill(DATA_KEY));
        let secrets = [(CredentialKind::Pin, PIN), (CredentialKind::Answers, PIN), (CredentialKind::Code, CODE)];
        let records = secrets.map(|(kind, secret)| {
            let secret = SecretBytes::new(secret.as_bytes().to_vec());
            let (state, request) = ClientRegistration::start(&secret, &mut OsRng).unwrap();
            let identifier = credential_identifier(APP, USER, kind, &CREDENTIAL);
            let response = evaluate_registration(&setup, &identifier, &request).unwrap();
            let (record, export_key) = state.finish(&secret, &response, KSF, &mut OsRng).unwrap();
            let wrap = wrap_data_key(&export_key, kind, &identifier, &data_key, &mut OsRng);
            Record { kind, record, wrap }
        });
        let seed = make_seed(&mut OsRng);
        let wallet = Wallet {
            user_share: seal_user_share(
                &data_key,
                &wallet_identifier(APP, USER, &WALLET),
                &seed.user_share,
                &mut OsRng,
            ),
            gateway_share: seed.gateway_share.expose_secret().to_vec(),
            addresses: repin_wallet::derive(&seed.entropy).unwrap().keys.into_iter().map(|key| key.address).collect(),
        };
        Self { setup, records, wallet }
    }

    /// Where the data key lies under a secret of this kind.
    pub fn wrap_of(&self, kind: CredentialKind) -> &[u8] {
        &self.record(kind).wrap
    }

    /// The wallet's addresses.
    pub fn addresses(&self) -> &[Address] {
        &self.wallet.addresses
    }

    fn record(&self, kind: CredentialKind) -> &Record {
        self.records.iter().find(|record| record.kind == kind).unwrap()
    }

    /// A gateway that says to `later` what it said to `first`, to the byte.
    pub fn replaying(&self, kind: ChallengeType, first: Step, later: Step) -> Gateway<'_> {
        Gateway { replays: Some((first, later)), ..self.honest(kind) }
    }

    /// A gateway with a challenge of this type, that tells the truth.
    pub fn honest(&self, kind: ChallengeType) -> Gateway<'_> {
        self.lying(kind, |_, honest| honest)
    }

    /// The same with a lie.
    pub fn lying<'a>(&'a self, kind: ChallengeType, lie: impl FnMut(Step, Vec<u8>) -> Vec<u8> + 'a) -> Gateway<'a> {
        Gateway {
            enrolled: self,
            channel: RefCell::new(channel()),
            opened: RefCell::default(),
            login: RefCell::default(),
            kind,
            lie: RefCell::new(Box::new(lie)),
            heard: RefCell::default(),
            committed: RefCell::default(),
            rotated: RefCell::default(),
            warmed: RefCell::default(),
            guessed: Cell::new(CredentialKind::Pin),
            replays: None,
            kept: RefCell::default(),
            clock: Cell::new(0.0),
        }
    }
}

fn channel() -> Channel {
    Channel::from_session(TOKEN.as_bytes(), &Secret::make_with(|key| key.fill(9)))
}

/// What the host hands over.
pub fn session() -> SessionInput {
    let secret = |text: &str| SecretBytes::new(text.as_bytes().to_vec());
    SessionInput {
        user_token: secret(TOKEN),
        encryption_key: secret(KEY),
        challenge_id: CHALLENGE.into(),
        app_id: None,
        api_base: String::new(),
        origin: "https://wallet.example".into(),
    }
}

/// What an honest gateway says to OPEN.
pub fn open_reply(challenge_type: ChallengeType) -> OpenReply {
    let question = |id: &str, kind| Question { id: id.into(), text: "Which?".into(), kind, hint: None };
    let sets_answers = challenge_type.replaces().contains(&CredentialKind::Answers);
    let two = vec![question("q1", QuestionKind::Text), question("q2", QuestionKind::Date)];
    let proves = challenge_type.proves();
    OpenReply {
        challenge_type,
        app_id: APP.into(),
        user_id: USER.into(),
        questions: if proves == Some(CredentialKind::Answers) { two.clone() } else { Vec::new() },
        catalogue: if sets_answers { two } else { Vec::new() },
        required_questions: 2,
        pin_length: 6,
        prove_ksf: proves.map(|_| KSF),
        register_ksf: KSF,
        attempts: proves.map(|_| Attempts { left: 3, locked_until: None }),
        answer_rule: 1,
        session_expires_at: 1_800_003_600_000,
        challenge_expires_at: 1_800_007_200_000,
        server_time: 1_800_000_000_000,
        can_recover: false,
    }
}

/// Wallets that are held elsewhere.
pub fn wallets() -> Vec<WalletRotation> {
    ["wallet-1", "wallet-2"]
        .map(|wallet| WalletRotation {
            wallet: wallet.into(),
            label: "Savings".into(),
            version: 0,
            state: RotationState::Idle,
        })
        .into()
}

impl Gateway<'_> {
    /// Whether this step was asked for.
    pub fn was_asked(&self, step: Step) -> bool {
        self.heard.borrow().contains(&step)
    }

    fn answer(&self, request: &Request) -> Option<Reply> {
        let envelope = &request.envelope;
        let step = envelope.step;
        self.heard.borrow_mut().push(step);
        let kind = if step == Step::Open { None } else { self.opened.borrow().kind };
        let (run, seq) = (envelope.run, envelope.seq);
        let place = Place { challenge_id: CHALLENGE, challenge_type: kind, step, run, seq };
        let opened = self.channel.borrow().open_request(&place, &envelope.sealed).ok()?;
        let honest = self.honest(step, &run, opened.expose_secret())?;
        let told = (self.lie.borrow_mut())(step, honest.expose_secret().to_vec());
        let told = SecretBytes::new(told);
        let sealed = self.channel.borrow().seal_reply(&place, &envelope.sealed, &told, &mut OsRng);
        if step == Step::Open {
            let kind = decode::<OpenReply>(told.expose_secret()).ok().map(|opened| opened.challenge_type);
            *self.opened.borrow_mut() = Opened { kind, opening: opening_hash(&envelope.sealed, &sealed) };
        }
        let mut kept = self.kept.borrow_mut();
        let sealed = match self.replays {
            Some((first, _)) if first == step => kept.insert(sealed).clone(),
            Some((_, later)) if later == step => kept.take()?,
            _ => sealed,
        };
        Some(Reply { status: 200, code: None, sealed: Some(sealed) })
    }

    /// The plaintext that an honest gateway would send.
    fn honest(&self, step: Step, run: &RunId, plaintext: &[u8]) -> Option<SecretBytes> {
        fn read<T: Wire>(plaintext: &[u8]) -> Option<T> {
            decode(plaintext).ok()
        }
        let attempts = Attempts { left: 2, locked_until: None };
        Some(match step {
            Step::Open => encode(&open_reply(self.kind)),
            Step::Prove1 => {
                let request: Prove1Request = read(plaintext)?;
                let context = proof_context(CHALLENGE, run, &self.opened.borrow().opening);
                let Enrolled { setup, .. } = self.enrolled;
                let Record { kind, record, .. } = self.enrolled.record(request.kind);
                let identifier = credential_identifier(APP, USER, *kind, &CREDENTIAL);
                let guess = evaluate_guess(setup, &identifier, record, &request.ke1, &context, &mut OsRng).ok()?;
                self.guessed.set(*kind);
                *self.login.borrow_mut() = Some(guess.1);
                encode(&Prove1Reply { ke2: guess.0, attempts, server_time: 0 })
            }
            Step::Prove2 => {
                let request: Prove2Request = read(plaintext)?;
                let session_key = verify_proof(self.login.borrow().as_ref()?, &request.ke3).ok()?;
                let ratcheted = self.channel.borrow().ratchet(&session_key);
                *self.channel.borrow_mut() = ratcheted;
                let both = self.kind == ChallengeType::RestorePinByBoth;
                let (credential_id, wrap) = (CREDENTIAL.to_vec(), self.enrolled.wrap_of(self.guessed.get()).to_vec());
                let wrap = if both { Vec::new() } else { wrap };
                encode(&Prove2Reply { credential_id, wrap, registration_open_until: u64::MAX, server_time: 0 })
            }
            Step::Register => {
                let request: RegisterRequest = read(plaintext)?;
                let evaluations = request.registrations.into_iter().map(|registration| {
                    let Registration { kind, request } = registration;
                    let identifier = credential_identifier(APP, USER, kind, &CREDENTIAL);
                    let response = evaluate_registration(&self.enrolled.setup, &identifier, &request).ok()?;
                    Some(Evaluation { kind, credential_id: CREDENTIAL.to_vec(), response })
                });
                encode(&RegisterReply { evaluations: evaluations.collect::<Option<_>>()? })
            }
            Step::Commit => {
                let request: CommitRequest = read(plaintext)?;
                self.committed.borrow_mut().extend(request.credentials.iter().map(|credential| credential.ksf));
                encode(&CommitReply { committed_at: 0 })
            }
            Step::Cancel => encode(&CancelReply {}),
            Step::SendCode => encode(&SendCodeReply {
                address: "m…@m….example".into(),
                code_length: 8,
                ksf: KSF,
                attempts: Attempts { left: 3, locked_until: None },
                expires_at: u64::MAX,
                resend_at: 0,
                server_time: 0,
            }),
            Step::Export => {
                let Wallet { user_share, gateway_share, addresses } = &self.enrolled.wallet;
                encode(&ExportReply {
                    wallet_id: WALLET.to_vec(),
                    user_share: user_share.clone(),
                    gateway_share: SecretBytes::new(gateway_share.clone()),
                    addresses: addresses.clone(),
                    exported_at: 0,
                })
            }
            Step::Rotation => encode(&RotationReply { wallets: wallets(), server_time: 0 }),
            Step::Rotate => {
                let request: RotateRequest = read(plaintext)?;
                self.rotated.borrow_mut().extend(request.contexts.into_iter().map(|new| new.wallet));
                encode(&RotationReply { wallets: wallets(), server_time: 0 })
            }
            // Of what these tests have no flow for, it knows nothing.
            _ => return None,
        })
    }
}

impl Platform for Gateway<'_> {
    type Rng = OsRng;

    fn rng(&self) -> OsRng {
        OsRng
    }

    fn now_ms(&self) -> f64 {
        self.clock.replace(self.clock.get() + 1.0)
    }

    /// What the gateway itself would refuse is an error without a seal.
    async fn send(&self, request: &Request) -> Result<Reply, Unreachable> {
        Ok(self.answer(request).unwrap_or(Reply { status: 400, code: Some(155_117), sealed: None }))
    }

    fn stretching(&self, cost: KsfParams) -> KeyStretching {
        cost.into()
    }

    fn warm_up(&self, cost: KsfParams) {
        self.warmed.borrow_mut().push(cost);
    }

    async fn load_wallet(&self) -> Result<(), Unreachable> {
        Ok(())
    }

    fn derive_wallet(&self, entropy: &Secret<32>) -> Option<WalletKeys> {
        repin_wallet::derive(entropy)
    }

    async fn yield_now(&self) {}
}

impl Unicode for Gateway<'_> {
    fn nfkc(&self, text: &str) -> String {
        text.to_owned()
    }

    fn is_ignored(&self, character: char) -> bool {
        !character.is_alphanumeric()
    }
}
