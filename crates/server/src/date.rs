//! Dates as Circle writes them: ISO 8601 in UTC.

use repin_core::api::UnixMs;
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{OffsetDateTime, PrimitiveDateTime};

/// The end of the year 9999, in UTC: what is later has no text.
const LAST: UnixMs = 253_402_300_799_999;

/// A time as text, such as `2023-06-29T15:33:33.785Z`. Empty beyond the year 9999.
pub fn date(at: UnixMs) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000);
    at.ok().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}

/// The time in a text, in UTC unless it names an offset. `None` for any other text, for times before 1970,
/// and for those that an offset takes beyond the year 9999.
///
/// Circle's Python SDK writes the offset without a colon, and none at all for a `datetime` without a zone.
pub fn parse(text: &str) -> Option<UnixMs> {
    let naive = || PrimitiveDateTime::parse(text, &Iso8601::PARSING).map(PrimitiveDateTime::assume_utc);
    let at = OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(text, &Iso8601::PARSING));
    let at = at.or_else(|_| naive()).ok()?;
    UnixMs::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).ok().filter(|at| *at <= LAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_iso_8601_in_utc() {
        assert_eq!(date(1_688_052_813_785), "2023-06-29T15:33:33.785Z");
        assert_eq!(date(0), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn what_was_written_can_be_read_and_nothing_else() {
        assert_eq!(parse("2023-06-29T15:33:33.785Z"), Some(1_688_052_813_785));
        assert_eq!(parse("2023-06-29T17:33:33.785+02:00"), Some(1_688_052_813_785));
        assert_eq!(parse("2023-06-29T15:33:33.785000+0000"), Some(1_688_052_813_785));
        assert_eq!(parse("2023-06-29T15:33:33.785000"), Some(1_688_052_813_785));
        assert_eq!(parse("9999-12-31T23:59:59.999Z"), Some(LAST));
        assert_eq!(date(LAST), "9999-12-31T23:59:59.999Z");
        for bad in
            ["", "9999-12-31T23:59:59.999-01:00", "2023-06-29", "yesterday", "1688052813785", "1969-12-31T23:59:59Z"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
