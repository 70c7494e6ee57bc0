//! Which hours a clock on the wall showed while something went on, and when it shows a time. Pure.
//!
//! A day on which the clock is put forward has 23 hours and one on which it is put back 25: what is counted is the time
//! that passed, in the hour that the clock showed then, so that an hour which comes twice counts twice.

use chrono::{NaiveDate, NaiveTime, Offset as _, TimeZone as _, Timelike as _};
use chrono_tz::Tz;

use super::Timestamp;

const HOUR: i64 = 3_600_000_000;

/// Time that passed while the clock showed one hour of one date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourShare {
    pub date: NaiveDate,
    /// 0 to 23.
    pub hour: u8,
    pub micros: u64,
}

/// Splits a stretch of time by the dates and hours that the clock showed in the zone, in the order of time. The shares
/// add up to the stretch; an hour that comes twice has two.
pub fn split_by_hour(from: Timestamp, to: Timestamp, zone: Tz) -> Vec<HourShare> {
    let mut shares = Vec::new();
    let mut at = from.micros();
    while at < to.micros() {
        let offset = offset_at(at, zone);
        let into_the_hour = at.saturating_add(offset).rem_euclid(HOUR);
        let full = at.saturating_add(HOUR - into_the_hour).min(to.micros());
        // Zones change their clocks at any second, so the hour may be cut short.
        let until = if offset_at(full - 1, zone) == offset { full } else { change_between(at, full - 1, offset, zone) };
        let local = Timestamp::from_micros(at).in_zone(zone);
        shares.push(HourShare {
            date: local.date_naive(),
            hour: u8::try_from(local.hour()).unwrap_or(0),
            micros: u64::try_from(until - at).unwrap_or(0),
        });
        at = until;
    }
    shares
}

/// The first instant of a date on the clock on the wall, which is midnight unless the clock passes over that.
pub fn start_of(date: NaiveDate, zone: Tz) -> Timestamp {
    instant_of(date, NaiveTime::MIN, zone)
}

/// The instant at which the clock on the wall shows that date and time: the first where it shows them twice, and that of the
/// change where it passes over them, which at most it does a day long, as where the date line was moved.
pub fn instant_of(date: NaiveDate, time: NaiveTime, zone: Tz) -> Timestamp {
    let shown = date.and_time(time);
    if let Some(first) = zone.from_local_datetime(&shown).earliest() {
        return first.to_utc().into();
    }
    // No clock is further ahead of UTC than 14 hours or behind it than 12.
    let utc = shown.and_utc().timestamp_micros();
    let (before, after) = (utc - 15 * HOUR, utc + 13 * HOUR);
    Timestamp::from_micros(change_between(before, after, offset_at(before, zone), zone))
}

/// The first instant of another offset, between one that has the offset and one that has not.
fn change_between(mut before: i64, mut after: i64, offset: i64, zone: Tz) -> i64 {
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if offset_at(middle, zone) == offset {
            before = middle;
        } else {
            after = middle;
        }
    }
    after
}

/// How far the clock on the wall is ahead of UTC, in microseconds.
fn offset_at(micros: i64, zone: Tz) -> i64 {
    let utc = Timestamp::from_micros(micros).in_zone(chrono_tz::UTC).naive_utc();
    i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * 1_000_000
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::kernel::FromText as _;

    const MINUTE: i64 = 60_000_000;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn zone() -> impl Strategy<Value = Tz> {
        let zones = [
            Tz::UTC,
            Tz::Europe__Madrid,
            Tz::America__New_York,
            Tz::Australia__Lord_Howe,
            Tz::Asia__Kathmandu,
            Tz::America__Sao_Paulo,
            Tz::America__St_Johns,
            Tz::Pacific__Apia,
            Tz::Pacific__Kiritimati,
            Tz::Africa__Casablanca,
        ];
        proptest::sample::select(zones.to_vec())
    }

    /// An instant in the years from 2000 on, near a change of the clock in one of the zones as often as not.
    fn instant() -> impl Strategy<Value = i64> {
        let changes = [
            "2026-03-29T01:00:00Z",
            "2026-10-25T01:00:00Z",
            "2026-04-04T15:00:00Z",
            "2026-10-03T15:30:00Z",
            "2018-11-04T03:00:00Z",
            "2018-02-18T02:00:00Z",
            "2006-04-02T03:31:00Z",
            "2011-12-30T10:00:00Z",
        ];
        let near = (proptest::sample::select(changes.to_vec()), -2_000..2_000_i64);
        prop_oneof![
            near.prop_map(|(text, minutes)| time(text).micros() + minutes * MINUTE),
            (0..14_000_000_i64).prop_map(|minutes| time("2000-01-01T00:00:00Z").micros() + minutes * MINUTE),
        ]
    }

    fn sums(shares: &[HourShare]) -> BTreeMap<(NaiveDate, u8), u64> {
        let mut sums = BTreeMap::new();
        for share in shares {
            *sums.entry((share.date, share.hour)).or_default() += share.micros;
        }
        sums
    }

    fn split(from: i64, to: i64, zone: Tz) -> Vec<HourShare> {
        split_by_hour(Timestamp::from_micros(from), Timestamp::from_micros(to), zone)
    }

    #[test]
    fn a_night_that_loses_an_hour_and_one_that_gains_one() {
        let hours = |from, to, zone| {
            let shares = split_by_hour(time(from), time(to), zone);
            shares.iter().map(|share| (share.hour, share.micros / 60_000_000)).collect::<Vec<_>>()
        };
        let madrid = Tz::Europe__Madrid;
        assert_eq!(hours("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", madrid), [(1, 30), (3, 30)]);
        assert_eq!(hours("2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z", madrid), [(2, 60), (2, 60)]);
        // At 02:00 the clock of this island is put back to 01:30, or forward to 02:30.
        let island = Tz::Australia__Lord_Howe;
        assert_eq!(hours("2026-04-04T14:00:00Z", "2026-04-04T15:30:00Z", island), [(1, 60), (1, 30)]);
        assert_eq!(hours("2026-10-03T15:00:00Z", "2026-10-03T16:00:00Z", island), [(1, 30), (2, 30)]);
        let whole_day = split_by_hour(time("2026-10-24T22:00:00Z"), time("2026-10-25T23:00:00Z"), madrid);
        assert_eq!(whole_day.iter().map(|share| share.micros).sum::<u64>(), 25 * 3_600_000_000);
        assert!(whole_day.iter().all(|share| share.date.to_string() == "2026-10-25"));
    }

    #[test]
    fn a_date_begins_at_midnight_or_when_the_clock_has_passed_over_it() {
        for (date, zone, begins) in [
            ("2026-03-29", Tz::Europe__Madrid, "2026-03-28T23:00:00Z"),
            ("2026-03-30", Tz::Europe__Madrid, "2026-03-29T22:00:00Z"),
            // From 00:00 to 01:00, and a date that there was not.
            ("2018-11-04", Tz::America__Sao_Paulo, "2018-11-04T03:00:00Z"),
            ("2011-12-30", Tz::Pacific__Apia, "2011-12-30T10:00:00Z"),
            ("2011-12-31", Tz::Pacific__Apia, "2011-12-30T10:00:00Z"),
        ] {
            assert_eq!(start_of(date.parse().expect("a date"), zone), time(begins), "{date} {zone}");
        }
    }

    #[test]
    fn a_time_that_is_passed_over_is_the_first_after_it_and_one_that_comes_twice_the_first() {
        for (date, clock, zone, instant) in [
            ("2026-01-14", "09:30", Tz::Europe__Madrid, "2026-01-14T08:30:00Z"),
            ("2026-03-29", "02:30", Tz::Europe__Madrid, "2026-03-29T01:00:00Z"),
            ("2026-03-29", "03:00", Tz::Europe__Madrid, "2026-03-29T01:00:00Z"),
            ("2026-10-25", "02:30", Tz::Europe__Madrid, "2026-10-25T00:30:00Z"),
            ("2026-10-04", "02:15", Tz::Australia__Lord_Howe, "2026-10-03T15:30:00Z"),
            ("2011-12-30", "15:45", Tz::Pacific__Apia, "2011-12-30T10:00:00Z"),
            // Its clock was 44 minutes and 30 seconds behind until then.
            ("1972-01-07", "00:10", Tz::Africa__Monrovia, "1972-01-07T00:44:30Z"),
        ] {
            let clock = NaiveTime::from_text(clock).expect("a time of day");
            assert_eq!(instant_of(date.parse().expect("a date"), clock, zone), time(instant), "{date} {clock} {zone}");
        }
    }

    proptest! {
        #[test]
        fn no_earlier_instant_shows_that_time_or_a_later_one(zone in zone(), near in instant(), minutes in 0..1_440_u32) {
            let date = Timestamp::from_micros(near).date_in(zone);
            let clock = NaiveTime::from_num_seconds_from_midnight_opt(minutes * 60, 0).expect("a time of day");
            let shown = |micros| Timestamp::from_micros(micros).in_zone(zone).naive_local();
            let instant = instant_of(date, clock, zone).micros();
            prop_assert!(shown(instant) >= date.and_time(clock));
            // The clock is put back by three hours at most.
            for earlier in [1, MINUTE, HOUR, 2 * HOUR, 3 * HOUR] {
                prop_assert!(shown(instant - earlier) < date.and_time(clock) || offset_at(instant - earlier, zone) > offset_at(instant, zone));
            }
        }

        #[test]
        fn the_shares_are_the_whole_and_can_be_added(
            zone in zone(), from in instant(), first in 0..200_000_000_000_i64, second in 0..200_000_000_000_i64
        ) {
            let whole = split(from, from + first + second, zone);
            let total: u64 = whole.iter().map(|share| share.micros).sum();
            prop_assert_eq!(i64::try_from(total), Ok(first + second));
            let parts = [split(from, from + first, zone), split(from + first, from + first + second, zone)].concat();
            prop_assert_eq!(sums(&whole), sums(&parts));
            prop_assert!(whole.iter().all(|share| share.hour < 24 && share.micros > 0));
        }

        #[test]
        fn agrees_with_looking_at_the_clock_every_minute(zone in zone(), from in instant(), minutes in 0..3_000_i64) {
            let mut plain = BTreeMap::new();
            for minute in 0..minutes {
                let local = Timestamp::from_micros(from + minute * MINUTE).in_zone(zone);
                let slot = (local.date_naive(), u8::try_from(local.hour()).expect("an hour"));
                *plain.entry(slot).or_insert(0_u64) += 60_000_000;
            }
            prop_assert_eq!(sums(&split(from, from + minutes * MINUTE, zone)), plain);
        }
    }
}
