//! Which dates and hours a clock on the wall shows, and when it shows a time. Pure.
//!
//! A day on which the clock is put forward has 23 hours and one on which it is put back 25: what is counted is the time
//! that passed, in the hour that the clock showed then, so that an hour which comes twice counts twice.

use chrono::{NaiveDate, NaiveTime, Offset as _, TimeDelta, TimeZone as _, Timelike as _};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Timestamp;

const HOUR: i64 = 3_600_000_000;
const MINUTE: i64 = 60_000_000;

/// How long after midnight a date begins, in minutes: at most 12 hours. None is midnight itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DayStart(u16);

impl DayStart {
    pub const MIDNIGHT: Self = Self(0);
    /// The latest that there is.
    pub const MAX: u16 = 720;

    /// `None` beyond [`Self::MAX`].
    pub fn after_midnight(minutes: u16) -> Option<Self> {
        (minutes <= Self::MAX).then_some(Self(minutes))
    }

    pub fn minutes(self) -> u16 {
        self.0
    }

    pub fn is_midnight(&self) -> bool {
        self.0 == 0
    }

    fn delta(self) -> TimeDelta {
        TimeDelta::minutes(self.0.into())
    }
}

/// How a user's dates follow from instants: where the user is, and when a date begins there. The only maker of dates.
///
/// A date is that of the clock on the wall without the minutes of the day's start, so that what is done before it belongs to
/// the date before. Times of day stay what the clock shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRule {
    pub zone: Tz,
    pub day_start: DayStart,
}

/// Dates that begin at midnight.
impl From<Tz> for DayRule {
    fn from(zone: Tz) -> Self {
        Self { zone, day_start: DayStart::MIDNIGHT }
    }
}

impl DayRule {
    /// The date to which an instant belongs.
    pub fn date_at(self, at: Timestamp) -> NaiveDate {
        let local = at.in_zone(self.zone).naive_local();
        local.checked_sub_signed(self.day_start.delta()).unwrap_or(local).date()
    }

    /// The first instant of a date, which is when the clock shows the day's start for the first time, or has passed over it.
    /// Of a date that the clock never showed, as where the date line was moved, it is that of the next.
    pub fn start_of(self, date: NaiveDate) -> Timestamp {
        instant_of(date, NaiveTime::MIN + self.day_start.delta(), self.zone)
    }

    /// The instant of a date at which the clock shows a time: in the small hours of the calendar's next one, where the date begins
    /// after that time.
    pub fn instant_on(self, date: NaiveDate, time: NaiveTime) -> Timestamp {
        let early = time < NaiveTime::MIN + self.day_start.delta();
        let shown = if early { date.succ_opt().unwrap_or(date) } else { date };
        instant_of(shown, time, self.zone)
    }
}

/// Time that passed while the clock showed one hour, on one date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourShare {
    pub date: NaiveDate,
    /// What the clock showed, 0 to 23.
    pub hour: u8,
    pub micros: u64,
}

/// Splits a stretch of time by date and by the hour that the clock showed, in the order of time. The shares add up to the
/// stretch; an hour that comes twice has two, and so has one within which a date begins.
pub fn split_by_hour(from: Timestamp, to: Timestamp, rule: DayRule) -> Vec<HourShare> {
    let zone = rule.zone;
    let into_the_day = i64::from(rule.day_start.minutes()) * MINUTE;
    let mut shares = Vec::new();
    let mut at = from.micros();
    while at < to.micros() {
        let offset = offset_at(at, zone);
        let local = at.saturating_add(offset);
        let until = |into: i64, length: i64| at.saturating_add(length - (local - into).rem_euclid(length));
        let full = until(0, HOUR).min(until(into_the_day, 24 * HOUR)).min(to.micros());
        // Zones change their clocks at any second, so the hour may be cut short.
        let changed = |micros: i64| offset_at(micros, zone) != offset;
        let until = if changed(full - 1) { first(at, full - 1, changed) } else { full };
        let began = Timestamp::from_micros(at);
        shares.push(HourShare {
            date: rule.date_at(began),
            hour: u8::try_from(began.in_zone(zone).hour()).unwrap_or(0),
            micros: u64::try_from(until - at).unwrap_or(0),
        });
        at = until;
    }
    shares
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
    let offset = offset_at(before, zone);
    Timestamp::from_micros(first(before, after, |micros| offset_at(micros, zone) != offset))
}

/// The first microsecond of which something holds, between one of which it does not and one of which it does.
fn first(mut before: i64, mut after: i64, holds: impl Fn(i64) -> bool) -> i64 {
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if holds(middle) {
            after = middle;
        } else {
            before = middle;
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

    fn rule() -> impl Strategy<Value = DayRule> {
        let starts = prop_oneof![Just(0), 0..=DayStart::MAX];
        (zone(), starts).prop_map(|(zone, minutes)| DayRule { zone, day_start: DayStart(minutes) })
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

    fn split(from: i64, to: i64, rule: DayRule) -> Vec<HourShare> {
        split_by_hour(Timestamp::from_micros(from), Timestamp::from_micros(to), rule)
    }

    #[test]
    fn a_night_that_loses_an_hour_and_one_that_gains_one() {
        let hours = |from, to, zone: Tz| {
            let shares = split_by_hour(time(from), time(to), zone.into());
            shares.iter().map(|share| (share.hour, share.micros / 60_000_000)).collect::<Vec<_>>()
        };
        let madrid = Tz::Europe__Madrid;
        assert_eq!(hours("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", madrid), [(1, 30), (3, 30)]);
        assert_eq!(hours("2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z", madrid), [(2, 60), (2, 60)]);
        // At 02:00 the clock of this island is put back to 01:30, or forward to 02:30.
        let island = Tz::Australia__Lord_Howe;
        assert_eq!(hours("2026-04-04T14:00:00Z", "2026-04-04T15:30:00Z", island), [(1, 60), (1, 30)]);
        assert_eq!(hours("2026-10-03T15:00:00Z", "2026-10-03T16:00:00Z", island), [(1, 30), (2, 30)]);
        let whole_day = split_by_hour(time("2026-10-24T22:00:00Z"), time("2026-10-25T23:00:00Z"), madrid.into());
        assert_eq!(whole_day.iter().map(|share| share.micros).sum::<u64>(), 25 * 3_600_000_000);
        assert!(whole_day.iter().all(|share| share.date.to_string() == "2026-10-25"));
    }

    #[test]
    fn the_local_date_changes_at_midnight_also_around_a_clock_change() {
        // In Madrid the 29th of March 2026 has 23 hours and the 25th of October 2026 has 25.
        for (at, date) in [
            ("2026-03-28T22:59:59Z", "2026-03-28"),
            ("2026-03-28T23:00:00Z", "2026-03-29"),
            ("2026-03-29T21:59:59Z", "2026-03-29"),
            ("2026-03-29T22:00:00Z", "2026-03-30"),
            ("2026-10-24T22:00:00Z", "2026-10-25"),
            ("2026-10-25T22:59:59Z", "2026-10-25"),
            ("2026-10-25T23:00:00Z", "2026-10-26"),
        ] {
            assert_eq!(DayRule::from(Tz::Europe__Madrid).date_at(time(at)).to_string(), date, "{at}");
        }
    }

    #[test]
    fn a_date_begins_when_the_clock_shows_the_start_of_the_day_or_has_passed_over_it() {
        for (date, zone, minutes, begins) in [
            ("2026-03-29", Tz::Europe__Madrid, 0, "2026-03-28T23:00:00Z"),
            ("2026-03-30", Tz::Europe__Madrid, 0, "2026-03-29T22:00:00Z"),
            ("2026-03-28", Tz::Europe__Madrid, 240, "2026-03-28T03:00:00Z"),
            ("2026-03-29", Tz::Europe__Madrid, 240, "2026-03-29T02:00:00Z"),
            // The clock goes from 02:00 to 03:00, and shows 02:10 twice in October.
            ("2026-03-29", Tz::Europe__Madrid, 130, "2026-03-29T01:00:00Z"),
            ("2026-10-25", Tz::Europe__Madrid, 130, "2026-10-25T00:10:00Z"),
            // From 00:00 to 01:00, and a date that there was not.
            ("2018-11-04", Tz::America__Sao_Paulo, 0, "2018-11-04T03:00:00Z"),
            ("2011-12-30", Tz::Pacific__Apia, 0, "2011-12-30T10:00:00Z"),
            ("2011-12-31", Tz::Pacific__Apia, 0, "2011-12-30T10:00:00Z"),
        ] {
            let rule = DayRule { zone, day_start: DayStart::after_midnight(minutes).expect("a start") };
            assert_eq!(rule.start_of(date.parse().expect("a date")), time(begins), "{date} {zone} {minutes}");
        }
        assert!(DayStart::after_midnight(720).is_some() && DayStart::after_midnight(721).is_none());
    }

    #[test]
    fn what_is_done_before_the_start_of_the_day_belongs_to_the_date_before_in_the_hour_that_the_clock_shows() {
        let rule = DayRule { zone: Tz::Europe__Madrid, day_start: DayStart(270) };
        let shares = split_by_hour(time("2026-01-14T01:30:00Z"), time("2026-01-14T04:15:00Z"), rule);
        let shares: Vec<_> = shares.iter().map(|share| (share.date.to_string(), share.hour, share.micros / 60_000_000)).collect();
        let expected =
            [("2026-01-13", 2, 30), ("2026-01-13", 3, 60), ("2026-01-13", 4, 30), ("2026-01-14", 4, 30), ("2026-01-14", 5, 15)];
        assert_eq!(shares, expected.map(|(date, hour, minutes)| (date.to_owned(), hour, minutes)));
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
        fn a_date_begins_with_its_first_instant(rule in rule(), at in instant()) {
            let date = rule.date_at(Timestamp::from_micros(at));
            let start = rule.start_of(date);
            prop_assert_eq!(rule.date_at(start), date);
            prop_assert!(start.micros() <= at);
            prop_assert!(rule.date_at(Timestamp::from_micros(start.micros() - 1)) < date);
            let next = date.succ_opt().expect("a date");
            prop_assert!(rule.date_at(rule.start_of(next)) >= next);
        }

        #[test]
        fn no_earlier_instant_shows_that_time_or_a_later_one(zone in zone(), near in instant(), minutes in 0..1_440_u32) {
            let date = DayRule::from(zone).date_at(Timestamp::from_micros(near));
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
            rule in rule(), from in instant(), first in 0..200_000_000_000_i64, second in 0..200_000_000_000_i64
        ) {
            let whole = split(from, from + first + second, rule);
            let total: u64 = whole.iter().map(|share| share.micros).sum();
            prop_assert_eq!(i64::try_from(total), Ok(first + second));
            let parts = [split(from, from + first, rule), split(from + first, from + first + second, rule)].concat();
            prop_assert_eq!(sums(&whole), sums(&parts));
            prop_assert!(whole.iter().all(|share| share.hour < 24 && share.micros > 0));
        }

        #[test]
        fn agrees_with_looking_at_the_clock_every_minute(rule in rule(), from in instant(), minutes in 0..3_000_i64) {
            let mut plain = BTreeMap::new();
            for minute in 0..minutes {
                let local = Timestamp::from_micros(from + minute * MINUTE).in_zone(rule.zone).naive_local();
                let date = (local - TimeDelta::minutes(rule.day_start.minutes().into())).date();
                *plain.entry((date, u8::try_from(local.hour()).expect("an hour"))).or_insert(0_u64) += 60_000_000;
            }
            prop_assert_eq!(sums(&split(from, from + minutes * MINUTE, rule)), plain);
        }
    }
}
