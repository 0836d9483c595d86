//! Which PINs are refused because they are guessed first (155704). The rule runs on the device, for a PIN never leaves
//! it. It refuses 12.3 % of six-digit PINs, near the share at which throttled guessing suffers most and people least
//! (Markert et al., S&P 2020).

use crate::wire_number;

/// Why a PIN is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Weakness {
    /// `777777`, or at most two different digits.
    Repeated,
    /// `123456`, `987654`, `890123`: every step is one up, or one down; 9 and 0 are neighbours.
    Run,
    /// `XYZXYZ`, `XYXYXY`, a palindrome, or columns or rows of the keypad.
    Pattern,
    /// A day, month and year in a usual order, or a year from 1900 to 2099.
    Date,
}

wire_number! {
    Weakness { Repeated = 0, Run = 1, Pattern = 2, Date = 3 }
}

/// Why this PIN is refused, if it is. `pin` is 4 to 12 ASCII digits; the rules that need a certain length look at PINs
/// of that length only.
pub fn weakness(pin: &[u8]) -> Option<Weakness> {
    if is_repeated(pin) {
        Some(Weakness::Repeated)
    } else if is_run(pin) {
        Some(Weakness::Run)
    } else if is_pattern(pin) {
        Some(Weakness::Pattern)
    } else if is_date(pin) {
        Some(Weakness::Date)
    } else {
        None
    }
}

fn is_repeated(pin: &[u8]) -> bool {
    let mut seen = [false; 10];
    for digit in pin {
        seen[usize::from(digit.wrapping_sub(b'0') % 10)] = true;
    }
    seen.iter().filter(|seen| **seen).count() <= 2
}

fn is_run(pin: &[u8]) -> bool {
    let step = |pair: &[u8]| (10 + pair[1] - pair[0]) % 10;
    pin.windows(2).all(|pair| step(pair) == 1) || pin.windows(2).all(|pair| step(pair) == 9)
}

fn is_pattern(pin: &[u8]) -> bool {
    let palindrome = pin.iter().eq(pin.iter().rev());
    // A part that repeats to fill the PIN: XYZXYZ, XYXYXY.
    let periodic = (1..=pin.len() / 2)
        .any(|period| pin.len().is_multiple_of(period) && pin.iter().zip(&pin[period..]).all(|(a, b)| a == b));
    palindrome || periodic || is_keypad_lines(pin)
}

/// Six digits that are two whole rows or columns of the keypad, each in either direction: `147258`, `789456`, `258369`.
fn is_keypad_lines(pin: &[u8]) -> bool {
    const LINES: [&[u8; 3]; 6] = [b"123", b"456", b"789", b"147", b"258", b"369"];
    let is_line = |part: &[u8]| LINES.iter().any(|line| part == *line || part.iter().rev().eq(line.iter()));
    pin.len() == 6 && is_line(&pin[..3]) && is_line(&pin[3..])
}

/// `DDMMYY`, `MMDDYY`, `YYMMDD`; `DDMMYYYY` and its orders; `DDMM` and `MMDD`; or a year from 1900 to 2099 at either
/// end of a PIN of up to six digits (`199042`, `421990`).
fn is_date(pin: &[u8]) -> bool {
    let pair = |at: usize| (pin[at] - b'0') * 10 + (pin[at + 1] - b'0');
    let day_month = |day: usize, month: usize| {
        const DAYS: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let (day, month) = (pair(day), usize::from(pair(month)));
        (1..=12).contains(&month) && (1..=DAYS[month - 1]).contains(&day)
    };
    let year = |at: usize| matches!(pair(at), 19 | 20);
    match pin.len() {
        4 => day_month(0, 2) || day_month(2, 0) || year(0),
        6 => day_month(0, 2) || day_month(2, 0) || day_month(4, 2) || year(0) || year(2),
        8 => (year(4) && (day_month(0, 2) || day_month(2, 0))) || (year(0) && (day_month(6, 4) || day_month(4, 6))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_reason_for_each_refused_pin() {
        for (pin, reason) in [
            ("000000", Weakness::Repeated),
            ("121122", Weakness::Repeated),
            ("123456", Weakness::Run),
            ("987654", Weakness::Run),
            ("890123", Weakness::Run),
            ("493493", Weakness::Pattern),
            ("493394", Weakness::Pattern),
            ("147963", Weakness::Pattern),
            ("456789", Weakness::Run),
            ("456321", Weakness::Pattern),
            ("270388", Weakness::Date),
            ("032788", Weakness::Date),
            ("880327", Weakness::Date),
            ("199047", Weakness::Date),
            ("471985", Weakness::Date),
        ] {
            assert_eq!(weakness(pin.as_bytes()), Some(reason), "{pin}");
        }
    }

    #[test]
    fn lets_ordinary_pins_through() {
        for pin in ["284917", "493817", "730562", "908172", "4938", "73056284"] {
            assert_eq!(weakness(pin.as_bytes()), None, "{pin}");
        }
    }

    #[test]
    fn refuses_one_six_digit_pin_in_eight() {
        let mut refused = 0;
        for n in 0..1_000_000_u32 {
            let pin: [u8; 6] = core::array::from_fn(|i| b'0' + (n / 10_u32.pow(5 - i as u32) % 10) as u8);
            refused += u32::from(weakness(&pin).is_some());
        }
        // An exact count: any change of a rule shows here, and wants a reason.
        assert_eq!(refused, 122_935);
    }
}
