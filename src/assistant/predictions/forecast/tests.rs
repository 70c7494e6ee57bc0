//! Forecasts of series that were made up, some of them computed by hand.

use proptest::prelude::*;

use super::*;

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

/// Weeks of 8 hours on five days, each value moved by some minutes that follow from its place.
fn noisy(weeks: usize) -> Vec<Option<f64>> {
    let noise = |index: usize| f64::from(u32::try_from(index * index * index * 7_919 % 101).expect("small")) / 50.0 - 1.0;
    (0..weeks * 7).map(|index| Some(if index % 7 < 5 { 8.0 + noise(index) } else { 0.0 })).collect()
}

#[test]
fn with_little_known_there_is_a_mean_and_a_wide_interval() {
    assert!(predict(Target::Hours, &[]).is_empty());
    let one = predict(Target::Hours, &some(&[8.0]));
    assert_eq!((one.len(), one[0].value, one[0].low, one[0].high, one[0].model), (7, 8.0, 6.0, 10.0, Model::Mean));
    // A mean of 4, from which each differs by 4.
    let two = predict(Target::Hours, &some(&[8.0, 0.0]));
    assert_eq!((two[3].value, two[3].low, two[3].high, two[3].mase, two[3].n), (4.0, 0.0, 12.0, None, 0));
}

#[test]
fn with_too_few_origins_the_last_week_is_served() {
    for dates in [14, 20, 34] {
        let found = predict(Target::Hours, &noisy(6)[..dates]);
        assert!(found.iter().all(|forecast| forecast.model == Model::SeasonalNaive && forecast.mase.is_none()), "{dates}");
    }
    // 21 dates before the first origin, 7 after the last, and 8 origins.
    let found = predict(Target::Hours, &noisy(6)[..35]);
    assert!(found.iter().all(|forecast| forecast.n == 8 && forecast.mase.is_some()), "{found:?}");
}

#[test]
fn noise_is_better_averaged_and_a_rhythm_that_repeats_is_left_alone() {
    let found = predict(Target::Hours, &noisy(30));
    assert!([Model::WeekdayMean, Model::Ets].contains(&found[0].model), "{found:?}");
    assert!(found[0].mase < Some(0.9) && found[0].baseline_mase > Some(0.9), "{found:?}");
    assert!(found.iter().all(|forecast| forecast.low <= forecast.value && forecast.value <= forecast.high));
    // The weekend is certain, however uncertain the other dates are.
    assert_eq!((found[5].low, found[5].value, found[5].high), (0.0, 0.0, 0.0));
    // Nothing can be better than no error at all; the scale is none then.
    let exact: Vec<Option<f64>> = (0..140_usize).map(|index| Some(if index % 7 < 5 { 8.0 } else { 0.0 })).collect();
    let found = predict(Target::Hours, &exact);
    assert_eq!((found[0].model, found[0].mase, found[0].value), (Model::SeasonalNaive, None, 8.0));
    // Two weeks that take turns: what was a week ago is never right, and an average half of it.
    let turns: Vec<Option<f64>> = (0..280_usize).map(|index| Some(if index / 7 % 2 == 0 { 4.0 } else { 8.0 })).collect();
    let found = predict(Target::Hours, &turns);
    assert_eq!((found[0].model, found[0].baseline_mase, found[0].value), (Model::WeekdayMean, Some(1.0), 6.0));
}

#[test]
fn a_trend_of_weeks_is_followed() {
    let walk: Vec<Option<f64>> = (0..40_u32).map(|week| Some(20.0 + f64::from(week))).collect();
    let found = predict(Target::WeekHours, &walk);
    // It rises by one a week: two weeks on by two, of which a trend sees something.
    assert_eq!((found[0].model, found[0].baseline_mase), (Model::Damped, Some(2.0)));
}

#[test]
fn quantiles_are_those_of_a_further_value() {
    let nine: Vec<f64> = (1..=9_u32).map(f64::from).collect();
    assert_eq!((quantile(&nine, 0.1), quantile(&nine, 0.9), quantile(&nine, 0.5)), (Some(1.0), Some(9.0), Some(5.0)));
    assert_eq!((quantile(&[3.0], 0.9), quantile(&[], 0.5)), (Some(3.0), None));
}

fn record(date: NaiveDate, hours: u64, off: bool) -> Record {
    Record { worked_micros: hours * 3_600_000_000, completed: 1, ..Record::blank(date, !off, off) }
}

#[test]
fn time_off_is_missing_and_not_forecast() {
    // Monday, 5 January 2026, and ten weeks of 40 hours of which one is off.
    let first = NaiveDate::from_ymd_opt(2026, 1, 5).expect("a date");
    let of = |day: u64| record(first + Days::new(day), if day % 7 < 5 && day / 7 != 8 { 8 } else { 0 }, day / 7 == 8);
    let records: Vec<Record> = (0..70).map(of).collect();
    let coming: Vec<Coming> =
        (70..84).map(|day| Coming { date: first + Days::new(day), work_day: day % 7 < 5, off: day == 71 || day == 80 }).collect();
    let found = forecasts(&records, &[], &coming, Weekday::Mon);
    let hours: Vec<f64> = found.iter().filter(|of| of.target == Target::Hours).map(|of| of.value).collect();
    assert_eq!(hours, [8.0, 8.0, 8.0, 8.0, 0.0, 0.0], "without Tuesday");
    let week = found.iter().find(|of| of.target == Target::WeekHours).expect("a week");
    assert_eq!((week.date, week.value), (first + Days::new(77), 32.0), "of five dates four");
    assert_eq!(weeks(&records, Weekday::Mon)[7..], [Some(40.0), None, Some(40.0)]);
    assert_eq!(found.iter().filter(|of| of.target == Target::Tasks).count(), 6);
}

proptest! {
    #[test]
    fn is_always_within_its_bounds(values in prop::collection::vec(prop_oneof![1 => Just(None), 5 => (0.0..24.0_f64).prop_map(Some)], 0..200)) {
        for target in [Target::Hours, Target::WeekHours] {
            for forecast in predict(target, &values) {
                prop_assert!(0.0 <= forecast.low && forecast.low <= forecast.value && forecast.value <= forecast.high);
                prop_assert!(forecast.high <= target.most());
                prop_assert!(forecast.mase.is_none_or(|mase| Some(mase) <= forecast.baseline_mase), "{forecast:?}");
            }
        }
    }
}
