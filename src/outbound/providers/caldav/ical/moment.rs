//! In which forms iCalendar says when something is due, and what a person's clock shows then. Pure.

use chrono::{NaiveDate, NaiveDateTime, Timelike as _};
use chrono_tz::Tz;

use super::lines::Line;
use crate::{
    kernel::{Timestamp, wall_clock::instant_of},
    outbound::providers::Due,
};

const DATE: &str = "%Y%m%d";
const LOCAL: &str = "%Y%m%dT%H%M%S";
const UTC: &str = "%Y%m%dT%H%M%SZ";

/// The value of a line such as `DUE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Date(NaiveDate),
    Utc(NaiveDateTime),
    /// By the clock of a place.
    Zoned(NaiveDateTime, Tz),
    /// By the clock of whoever looks at it, or of a place that we do not know.
    Floating(NaiveDateTime),
}

impl Moment {
    fn read(line: &Line) -> Option<Self> {
        let value = line.value().trim();
        if let Ok(date) = NaiveDate::parse_from_str(value, DATE) {
            return Some(Self::Date(date));
        }
        if let Ok(at) = NaiveDateTime::parse_from_str(value, UTC) {
            return Some(Self::Utc(at));
        }
        let at = NaiveDateTime::parse_from_str(value, LOCAL).ok()?;
        Some(line.parameter("TZID").and_then(zone_named).map_or(Self::Floating(at), |zone| Self::Zoned(at, zone)))
    }

    fn shown_in(self, zone: Tz) -> Due {
        let shown = match self {
            Self::Date(on) => return Due { on, time: None },
            Self::Utc(at) => Timestamp::from(at.and_utc()).in_zone(zone).naive_local(),
            Self::Zoned(at, place) => instant_of(at.date(), at.time(), place).in_zone(zone).naive_local(),
            Self::Floating(at) => at,
        };
        // Ours are whole minutes.
        let minute = shown.time().with_second(0).and_then(|time| time.with_nanosecond(0)).unwrap_or(shown.time());
        Due { on: shown.date(), time: Some(minute) }
    }
}

/// Programs put text of their own before a name, such as `/mozilla.org/20050126_1/Europe/Berlin`.
fn zone_named(name: &str) -> Option<Tz> {
    let mut starts = std::iter::once(0).chain(name.match_indices('/').map(|(at, _)| at + 1));
    starts.find_map(|start| name[start..].parse().ok())
}

/// When a line says that something is due; `None` where it cannot be read.
pub(super) fn due_of(line: &Line, zone: Tz) -> Option<Due> {
    Moment::read(line).map(|moment| moment.shown_in(zone))
}

/// The head and the value of a `DUE`, in the form that there is already where it can say that.
pub(super) fn due_as(existing: Option<&Line>, due: Due, zone: Tz) -> (String, String) {
    let form = existing.and_then(Moment::read);
    let head = |without: &[&str]| existing.map_or_else(|| "DUE".to_owned(), |line| line.head_without(without));
    let kept = || head(&[]);
    let Some(time) = due.time else {
        let value = due.on.format(DATE).to_string();
        return match form {
            Some(Moment::Date(_)) => (kept(), value),
            _ => (head(&["VALUE", "TZID"]) + ";VALUE=DATE", value),
        };
    };
    let at = || instant_of(due.on, time, zone);
    match form {
        Some(Moment::Floating(_)) => (kept(), due.on.and_time(time).format(LOCAL).to_string()),
        Some(Moment::Zoned(_, place)) => (kept(), at().in_zone(place).format(LOCAL).to_string()),
        Some(Moment::Utc(_)) => (kept(), utc(at())),
        Some(Moment::Date(_)) | None => (head(&["VALUE", "TZID"]), utc(at())),
    }
}

/// An instant in whole seconds, as `COMPLETED` and the like have it.
pub(super) fn utc(at: Timestamp) -> String {
    at.in_zone(Tz::UTC).format(UTC).to_string()
}

/// The instant that a line such as `LAST-MODIFIED` says; `None` where that is no instant.
pub(super) fn instant(line: &Line) -> Option<Timestamp> {
    match Moment::read(line)? {
        Moment::Utc(at) => Some(at.and_utc().into()),
        Moment::Zoned(at, place) => Some(instant_of(at.date(), at.time(), place)),
        Moment::Date(_) | Moment::Floating(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;
    use proptest::prelude::*;

    use super::*;

    fn due(on: &str, time: Option<&str>) -> Due {
        Due { on: on.parse().unwrap(), time: time.map(|time| NaiveTime::parse_from_str(time, "%H:%M").unwrap()) }
    }

    #[test]
    fn a_form_is_read_and_kept() {
        let berlin = Tz::Europe__Berlin;
        let cases = [
            ("DUE;VALUE=DATE", "20261201", due("2026-12-01", None), due("2026-12-03", None), "20261203"),
            ("DUE", "20261201T101500Z", due("2026-12-01", Some("11:15")), due("2026-12-02", Some("00:30")), "20261201T233000Z"),
            (
                "DUE;TZID=America/New_York",
                "20261201T101559",
                due("2026-12-01", Some("16:15")),
                due("2026-12-02", Some("00:30")),
                "20261201T183000",
            ),
            (
                "DUE;TZID=\"/x.org/1/Asia/Tokyo\"",
                "20261201T101500",
                due("2026-12-01", Some("02:15")),
                due("2026-12-02", Some("20:00")),
                "20261203T040000",
            ),
            (
                "DUE;TZID=Somewhere",
                "20261201T101500",
                due("2026-12-01", Some("10:15")),
                due("2026-12-02", Some("20:00")),
                "20261202T200000",
            ),
            ("DUE", "20261201T101500", due("2026-12-01", Some("10:15")), due("2026-12-02", Some("20:00")), "20261202T200000"),
        ];
        for (head, value, read, to, written) in cases {
            let line = Line::new(head, value, "\r\n");
            assert_eq!(due_of(&line, berlin), Some(read), "{head}:{value}");
            assert_eq!(due_as(Some(&line), to, berlin), (head.to_owned(), written.to_owned()), "{head}:{value}");
        }
    }

    #[test]
    fn a_form_that_cannot_say_it_is_left() {
        let utc = Line::new("DUE;X-A=1;TZID=Europe/Berlin", "20261201T101500", "\n");
        assert_eq!(due_as(Some(&utc), due("2026-12-03", None), Tz::UTC), ("DUE;X-A=1;VALUE=DATE".into(), "20261203".into()));
        let date = Line::new("DUE;VALUE=DATE", "20261201", "\n");
        assert_eq!(
            due_as(Some(&date), due("2026-07-03", Some("08:00")), Tz::Europe__Berlin),
            ("DUE".into(), "20260703T060000Z".into())
        );
        assert_eq!(due_as(None, due("2026-12-03", None), Tz::UTC), ("DUE;VALUE=DATE".into(), "20261203".into()));
        assert_eq!(due_of(&Line::new("DUE", "soon", "\n"), Tz::UTC), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            head in proptest::sample::select(vec!["DUE", "DUE;TZID=America/New_York", "DUE;TZID=Asia/Kathmandu", "DUE;VALUE=DATE"]),
            value in proptest::sample::select(vec!["20260329T013000", "20261201T101500Z", "20260704", "nothing"]),
            day in 0_i64..800, minute in proptest::option::of(0_u32..1440),
            zone in proptest::sample::select(vec![Tz::UTC, Tz::Asia__Tokyo, Tz::Asia__Kolkata]),
        ) {
            let on = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::TimeDelta::days(day);
            let wanted = Due { on, time: minute.and_then(|minute| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0)) };
            let (head, value) = due_as(Some(&Line::new(head, value, "\r\n")), wanted, zone);
            prop_assert!(due_of(&Line::new(&head, &value, "\r\n"), zone) == Some(wanted) || head.contains("New_York"), "{}:{}", head, value);
        }
    }
}
