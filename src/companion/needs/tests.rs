//! Needs over a day and over several, and what holds for all of them.

use proptest::prelude::*;

use super::*;

const MINUTE: i64 = 60_000_000;

/// So many minutes after the first of the days began.
fn at(minutes: i64) -> Timestamp {
    Timestamp::from_micros(minutes * MINUTE)
}

fn stretch(from: i64, to: i64) -> Interval {
    Interval { from: at(from), to: Some(at(to)) }
}

/// The day after so many others, of 24 hours, with work expected from 9 to 18.
fn day(index: i64) -> Day {
    let start = index * 1440;
    Day {
        date: NaiveDate::default(),
        from: at(start),
        to: at(start + 1440),
        hours: vec![Stretch { from: at(start + 540), to: at(start + 1080) }],
        water: Vec::new(),
        lunches: Vec::new(),
        breaks: Vec::new(),
        work: Vec::new(),
        break_after: Duration::from_mins(50),
        end: None,
    }
}

fn registered() -> KeptNeeds {
    KeptNeeds::at_registration(at(0), NaiveDate::default())
}

/// Energy, hydration and happiness.
fn shown(needs: Needs) -> [u8; 3] {
    [needs.energy, needs.hydration, needs.happiness].map(Level::shown)
}

fn after(day: Day, minutes: i64) -> [u8; 3] {
    shown(needs_at(registered(), &[day], at(minutes)))
}

#[test]
fn nothing_decays_outside_of_work_hours() {
    assert_eq!(after(day(0), 540), [80, 80, 60]);
    // 2 and 6 points an hour.
    assert_eq!(after(day(0), 600), [78, 74, 60]);
    assert_eq!(after(day(0), 1080), [62, 26, 60]);
    assert_eq!(after(day(0), 1439), [62, 26, 60]);
    assert_eq!(after(Day { hours: Vec::new(), ..day(0) }, 1439), [80, 80, 60]);
}

#[test]
fn decay_ends_at_its_floor() {
    let days: Vec<Day> = (0..30).map(day).collect();
    assert_eq!(shown(needs_at(registered(), &days, at(30 * 1440 - 1))), [20, 20, 60]);
}

#[test]
fn work_without_a_break_is_tiring_after_the_time_for_one() {
    // 50 minutes at 2 an hour, then 60 at 4.
    let worked = |work| Day { work, ..day(0) };
    assert_eq!(after(worked(vec![Interval::open(at(540))]), 590), [78, 75, 60]);
    let exact = needs_at(registered(), &[worked(vec![Interval::open(at(540))])], at(650)).energy;
    assert_eq!(exact.0, Level::points(80).0 - (2 * 50 + 4 * 60) * MINUTE);
    // A pause of less than five minutes is no break, and one of five is.
    let level =
        |pause: i64| needs_at(registered(), &[worked(vec![stretch(540, 580), stretch(580 + pause, 620)])], at(620)).energy.0;
    let usual = Level::points(80).0 - 2 * 80 * MINUTE;
    assert_eq!(level(5), usual);
    assert_eq!(level(4), usual - 2 * 26 * MINUTE);
    // What was worked before the hours counts for how long it is, and tires nobody yet.
    let early = needs_at(registered(), &[worked(vec![stretch(490, 600)])], at(600)).energy.0;
    assert_eq!(early, Level::points(80).0 - 4 * 60 * MINUTE);
}

#[test]
fn breaks_and_lunch_give_energy_as_often_as_they_should() {
    let start = KeptNeeds { needs: Needs { energy: Level::points(20), ..registered().needs }, ..registered() };
    let energy = |day: Day, minutes| needs_at(start, &[day], at(minutes)).energy.shown();
    let breaks = |breaks| Day { breaks, hours: Vec::new(), ..day(0) };
    // When it has lasted for five minutes, and not before.
    let pausing = breaks(vec![Interval::open(at(600))]);
    assert_eq!((energy(pausing.clone(), 604), energy(pausing.clone(), 605), energy(pausing, 900)), (20, 35, 35));
    assert_eq!(energy(breaks(vec![stretch(600, 604)]), 900), 20);
    let many = (0..5).map(|n| stretch(600 + 20 * n, 610 + 20 * n)).collect();
    assert_eq!(energy(breaks(many), 900), 65);
    let lunches = Day { lunches: vec![at(800), at(750)], ..breaks(Vec::new()) };
    assert_eq!((energy(lunches.clone(), 749), energy(lunches.clone(), 750), energy(lunches, 900)), (20, 50, 50));
}

#[test]
fn water_gives_hydration_by_its_amount_up_to_all() {
    let drunk = |water| Day { water, hours: Vec::new(), ..day(0) };
    let hydration = |day, minutes| after(day, minutes)[1];
    assert_eq!(hydration(drunk(vec![(at(600), 250)]), 600), 92);
    assert_eq!(hydration(drunk(vec![(at(600), 125)]), 601), 86);
    assert_eq!(hydration(drunk(vec![(at(600), 1000)]), 601), 100);
    // What is entered for a while ahead, or for another date, is not there.
    assert_eq!(hydration(drunk(vec![(at(602), 250), (at(-5), 250), (at(1440), 250)]), 601), 80);
    // The order in which entries were made says nothing.
    let kept = KeptNeeds { needs: Needs { hydration: Level::points(95), ..registered().needs }, ..registered() };
    let dry = Day { water: vec![(at(1000), 250), (at(600), 250)], ..day(0) };
    let sorted = Day { water: vec![(at(600), 250), (at(1000), 250)], ..day(0) };
    assert_eq!(needs_at(kept, &[dry], at(1100)), needs_at(kept, &[sorted], at(1100)));
}

#[test]
fn happiness_moves_when_a_day_ends() {
    let end = |tasks, focus, care, strength| Some(DayEnd { tasks, focus, care, strength });
    let all = Day { end: end(Share::ALL, Share::ALL, Share::ALL, Share::ALL), ..day(0) };
    let happiness = |days: &[Day], minutes| shown(needs_at(registered(), days, at(minutes)))[2];
    assert_eq!(happiness(&[all.clone(), day(1)], 1439), 60);
    assert_eq!(happiness(&[all, day(1)], 1440), 72);
    let nothing = Day { end: end(Share::NONE, Share::NONE, Share::NONE, Share::NONE), ..day(0) };
    assert_eq!(happiness(&[nothing, day(1)], 2000), 42);
    let half = Day { end: end(Share::of(1, 2), Share::of(60, 120), Share::NONE, Share::ALL), ..day(0) };
    // 17.5 + 12.5 + 15 are 45.
    assert_eq!(happiness(&[half, day(1)], 2000), 55);
    // A day off leaves it.
    assert_eq!(happiness(&[day(0), day(1)], 2000), 60);
}

#[test]
fn a_share_is_between_nothing_and_all() {
    assert_eq!(
        [Share::of(0, 3), Share::of(3, 3), Share::of(9, 3), Share::of(0, 0)],
        [Share::NONE, Share::ALL, Share::ALL, Share::ALL]
    );
    assert_eq!(Share::of(u64::MAX - 1, u64::MAX), Share(9_999));
}

#[test]
fn a_companion_of_this_afternoon_was_not_thirsty_all_morning() {
    let kept = KeptNeeds::at_registration(at(1020), NaiveDate::default());
    let water = Day { water: vec![(at(600), 250)], ..day(0) };
    assert_eq!(shown(needs_at(kept, &[water], at(1050))), [79, 77, 60]);
}

/// A day with something of everything.
fn any_day(index: i64) -> impl Strategy<Value = Day> {
    let start = index * 1440;
    let minute = move || (0..1440_i64).prop_map(move |minute| start + minute);
    let stretches = move || {
        proptest::collection::vec((1..90_i64, 1..120_i64), 0..12).prop_map(move |gaps| {
            let mut reached = start - 60;
            let one = |(gap, length): (i64, i64)| {
                let from = reached + gap;
                reached = from + length;
                stretch(from, reached)
            };
            gaps.into_iter().map(one).collect::<Vec<_>>()
        })
    };
    let shares = proptest::option::of(proptest::array::uniform4(0..=10_000_u16));
    let water = proptest::collection::vec((minute(), 50..=1000_u32), 0..8);
    let lunches = proptest::collection::vec(minute(), 0..3);
    let hours = (start..start + 700, 0..700_i64);
    (water, lunches, stretches(), stretches(), any::<bool>(), shares, hours).prop_map(
        move |(water, lunches, breaks, mut work, under_way, shares, (from, length))| {
            if let Some(last) = work.last_mut().filter(|_| under_way) {
                last.to = None;
            }
            Day {
                hours: vec![Stretch { from: at(from), to: at(from + length) }],
                water: water.into_iter().map(|(minute, ml)| (at(minute), ml)).collect(),
                lunches: lunches.into_iter().map(at).collect(),
                breaks,
                work,
                end: shares.map(|[tasks, focus, care, strength]| DayEnd {
                    tasks: Share(tasks),
                    focus: Share(focus),
                    care: Share(care),
                    strength: Share(strength),
                }),
                ..day(index)
            }
        },
    )
}

fn any_kept() -> impl Strategy<Value = KeptNeeds> {
    proptest::array::uniform3(20..=100_u32).prop_map(|levels| {
        let [energy, hydration, happiness] = levels.map(Level::points);
        KeptNeeds { as_of: at(0), date: NaiveDate::default(), needs: Needs { energy, hydration, happiness } }
    })
}

proptest! {
    #[test]
    fn a_stretch_of_time_gives_the_same_in_two_pieces(
        kept in any_kept(), first in any_day(0), second in any_day(1), cut in 0..2880_i64, end in 0..2880_i64, seconds in 0..60_i64,
    ) {
        let days = [first, second];
        let (cut, end) = (cut.min(end), cut.max(end));
        let cut = Timestamp::from_micros(cut * MINUTE + seconds * 1_000_000 * i64::from(cut < end));
        let to = |kept, until| days.iter().fold(kept, |kept, day| advance(kept, day, until));
        prop_assert_eq!(to(to(kept, cut), at(end)), to(kept, at(end)));
        prop_assert_eq!(needs_at(to(kept, cut), &days, at(end)), needs_at(kept, &days, at(end)));
    }

    #[test]
    fn what_is_kept_for_a_new_date_changes_nothing(kept in any_kept(), days in (any_day(0), any_day(1), any_day(2)), now in 2880..4320_i64) {
        let days = [days.0, days.1, days.2];
        let later = kept_from(kept, &days);
        prop_assert_eq!(later.as_of, at(2880));
        prop_assert_eq!(needs_at(later, &days[2..], at(now)), needs_at(kept, &days, at(now)));
        prop_assert_eq!(kept_from(later, &days[2..]), later);
    }

    #[test]
    fn no_level_leaves_its_bounds(kept in any_kept(), first in any_day(0), second in any_day(1), now in 0..2880_i64) {
        let days = [first, second];
        let needs = needs_at(kept, &days, at(now));
        prop_assert_eq!(needs, needs_at(kept, &days, at(now)));
        for level in [needs.energy, needs.hydration] {
            prop_assert!(level >= FLOOR && level <= TOP, "{:?}", needs);
        }
        prop_assert!(needs.happiness >= Level::points(0) && needs.happiness <= TOP, "{:?}", needs);
    }

    #[test]
    fn taking_an_entry_back_leaves_no_trace(kept in any_kept(), day in any_day(0), minute in 0..1440_i64, ml in 50..=1000_u32, now in 0..1440_i64) {
        let hydration = |day: &Day| needs_at(kept, std::slice::from_ref(day), at(now)).hydration;
        let mut more = day.clone();
        more.water.push((at(minute), ml));
        prop_assert!(hydration(&more) >= hydration(&day));
        more.water.pop();
        prop_assert_eq!(hydration(&more), hydration(&day));
    }
}
