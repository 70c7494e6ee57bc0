//! A picture of days: a calendar in which the colour of a day tells how long somebody focused, and below it at which hours
//! of the week. Pure; the same days give the same text. What a day is counted from is decided elsewhere.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

/// What one day holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub date: NaiveDate,
    pub focus_seconds: u64,
    pub completed_tasks: u32,
    /// The seconds of each hour of the day, from midnight.
    pub focus_by_hour: [u64; 24],
}

/// The most days that are drawn.
pub const MAX_DAYS: u64 = 400;

const WEEK: [Weekday; 7] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

// All lengths are in the units of the drawing, which are pixels where nothing scales it.
const CELL: u32 = 12;
const PITCH: u32 = 15;
const EDGE: u32 = 18;
/// Where the first column begins, after the names of the weekdays.
const LEFT: u32 = EDGE + 32;
/// From the top of a part to its first row: a heading, and the names of months or hours.
const HEAD: u32 = 40;
const ROWS: u32 = 7 * PITCH;
const CALENDAR: u32 = EDGE;
const HOURS: u32 = CALENDAR + HEAD + ROWS + 22;
const LEGEND: u32 = HOURS + HEAD + ROWS + 14;
const HEIGHT: u32 = LEGEND + CELL + EDGE;
/// What the name of a month needs, in columns: "Jan 2026".
const MONTH_COLUMNS: u64 = 4;

/// Both schemes keep the order of lightness, so that the levels can be told apart without colours too.
const STYLE: &str = "\
.heat-map{font:10px system-ui,-apple-system,'Segoe UI',sans-serif}\
.heat-paper{fill:#fff;stroke:#d9dee3}.heat-text{fill:#57606a}.heat-head{fill:#24292f;font-size:12px;font-weight:600}\
.heat-0{fill:#edf0f2}.heat-1{fill:#b5e2c8}.heat-2{fill:#6cc596}.heat-3{fill:#2f9465}.heat-4{fill:#14532f}\
@media(prefers-color-scheme:dark){\
.heat-paper{fill:#12171d;stroke:#2b333c}.heat-text{fill:#9aa5b1}.heat-head{fill:#e6edf3}\
.heat-0{fill:#212a33}.heat-1{fill:#1d4a35}.heat-2{fill:#2b7a54}.heat-3{fill:#4fb783}.heat-4{fill:#b9f0d2}}";

/// An SVG image of the days `from` to `to`, of the last [`MAX_DAYS`] if there are more: columns of ISO weeks, and weekdays
/// by hours. Days of which nothing is said are empty, days outside are passed over, days that come twice are added.
pub fn heat_map(from: NaiveDate, to: NaiveDate, days: &[Cell]) -> String {
    let from = to.checked_sub_days(Days::new(MAX_DAYS - 1)).map_or(from, |earliest| from.max(earliest));
    let dates: Vec<NaiveDate> = from.iter_days().take_while(|date| *date <= to).collect();
    let found = within(from, to, days);
    let by_hour = by_hour(&found);
    let columns = dates.last().map_or(0, |last| column(from, *last) + 1);
    let width = LEFT + u32::try_from(columns.max(24)).unwrap_or(24) * PITCH - (PITCH - CELL) + EDGE;

    let mut svg = String::new();
    open(&mut svg, width, &dates, &found);
    calendar(&mut svg, &dates, &found);
    hours(&mut svg, &by_hour);
    legend(&mut svg);
    svg.push_str("</svg>\n");
    svg
}

fn within(from: NaiveDate, to: NaiveDate, days: &[Cell]) -> BTreeMap<NaiveDate, Cell> {
    let mut found: BTreeMap<NaiveDate, Cell> = BTreeMap::new();
    for day in days.iter().filter(|day| (from..=to).contains(&day.date)) {
        let sum = found.entry(day.date).or_insert_with(|| empty(day.date));
        sum.focus_seconds = sum.focus_seconds.saturating_add(day.focus_seconds);
        sum.completed_tasks = sum.completed_tasks.saturating_add(day.completed_tasks);
        add(&mut sum.focus_by_hour, &day.focus_by_hour);
    }
    found
}

fn empty(date: NaiveDate) -> Cell {
    Cell { date, focus_seconds: 0, completed_tasks: 0, focus_by_hour: [0; 24] }
}

fn add(sum: &mut [u64; 24], hours: &[u64; 24]) {
    for (sum, seconds) in sum.iter_mut().zip(hours) {
        *sum = sum.saturating_add(*seconds);
    }
}

/// The seconds of each weekday, from Monday, and hour.
fn by_hour(found: &BTreeMap<NaiveDate, Cell>) -> [[u64; 24]; 7] {
    WEEK.map(|weekday| {
        let mut sum = [0; 24];
        found.values().filter(|day| day.date.weekday() == weekday).for_each(|day| add(&mut sum, &day.focus_by_hour));
        sum
    })
}

/// The week of a date, counted from that of `from`.
fn column(from: NaiveDate, date: NaiveDate) -> u64 {
    let days = date.signed_duration_since(from).num_days() + i64::from(from.weekday().num_days_from_monday());
    u64::try_from(days / 7).unwrap_or(0)
}

/// From 0 for nothing to 4 for the most that there is, in quarters of it.
fn level(value: u64, most: u64) -> u32 {
    let quarters = u128::from(value) * 4;
    let most = u128::from(most.max(1));
    u32::try_from(quarters.div_ceil(most)).unwrap_or(4).min(4)
}

fn open(svg: &mut String, width: u32, dates: &[NaiveDate], found: &BTreeMap<NaiveDate, Cell>) {
    let shown = |date: Option<&NaiveDate>| date.map_or_else(|| "no day".to_owned(), |date| date.format("%-d %b %Y").to_string());
    let focus = found.values().fold(0_u64, |sum, day| sum.saturating_add(day.focus_seconds));
    let done = found.values().fold(0_u64, |sum, day| sum.saturating_add(u64::from(day.completed_tasks)));
    let active = found.values().filter(|day| day.focus_seconds > 0 || day.completed_tasks > 0).count();
    // Writing to a string cannot fail, here and below.
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"heat-map\" role=\"img\" width=\"{width}\" height=\"{HEIGHT}\" \
         viewBox=\"0 0 {width} {HEIGHT}\">\n\
         <title>Focus from {} to {}</title>\n\
         <desc>{}, {} on {} of {}. Each square is a day, in columns of weeks; below, an hour of the week.</desc>\n\
         <style>{STYLE}</style>\n\
         <rect class=\"heat-paper\" x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"8\"/>\n",
        shown(dates.first()),
        shown(dates.last()),
        length(focus),
        tasks(done),
        active,
        counted(dates.len() as u64, "day"),
        width - 1,
        HEIGHT - 1,
    );
}

fn calendar(svg: &mut String, dates: &[NaiveDate], found: &BTreeMap<NaiveDate, Cell>) {
    heading(svg, CALENDAR, "Focus by day");
    months(svg, dates);
    weekdays(svg, CALENDAR);
    let Some(&from) = dates.first() else { return };
    let most = found.values().map(|day| day.focus_seconds).max().unwrap_or(0);
    for date in dates {
        let day = found.get(date).cloned().unwrap_or_else(|| empty(*date));
        // A day on which something was completed is never shown as empty.
        let level = level(day.focus_seconds, most).max(u32::from(day.completed_tasks > 0));
        let what =
            format!("{}: {}, {}", date.format("%a %-d %b %Y"), length(day.focus_seconds), tasks(u64::from(day.completed_tasks)));
        square(svg, column(from, *date), date.weekday(), CALENDAR, level, &what);
    }
}

/// The name of a month above the week in which it begins; none for the first where it would touch the next.
fn months(svg: &mut String, dates: &[NaiveDate]) {
    let (Some(&from), Some(&to)) = (dates.first(), dates.last()) else { return };
    let columns = (column(from, to) + 1).max(24);
    let begins: Vec<NaiveDate> = dates.iter().filter(|date| date.day() == 1 || **date == from).copied().collect();
    let mut year = None;
    for (index, date) in begins.iter().enumerate() {
        let at = column(from, *date);
        let next = begins.get(index + 1).map_or(u64::MAX, |next| column(from, *next));
        if next - at < MONTH_COLUMNS {
            continue;
        }
        // With the year where that is another, unless it would go over the edge.
        let with_year = year != Some(date.year()) && at + 2 < columns;
        year = Some(date.year());
        label(svg, x(at), CALENDAR + HEAD - 6, &date.format(if with_year { "%b %Y" } else { "%b" }).to_string());
    }
}

fn hours(svg: &mut String, by_hour: &[[u64; 24]; 7]) {
    heading(svg, HOURS, "Focus by weekday and hour");
    for hour in (0..24).step_by(3) {
        label(svg, x(hour), HOURS + HEAD - 6, &format!("{hour:02}"));
    }
    weekdays(svg, HOURS);
    let most = by_hour.iter().flatten().copied().max().unwrap_or(0);
    for (weekday, hours) in WEEK.into_iter().zip(by_hour) {
        for (hour, seconds) in (0_u64..).zip(hours) {
            let what = format!("{weekday} {hour:02}:00 to {:02}:00: {}", hour + 1, length(*seconds));
            square(svg, hour, weekday, HOURS, level(*seconds, most), &what);
        }
    }
}

fn legend(svg: &mut String) {
    let base = LEGEND + CELL - 2;
    label(svg, LEFT, base, "Less");
    for level in 0..5 {
        let x = LEFT + 30 + level * PITCH;
        let _ = writeln!(
            svg,
            "<rect class=\"heat-{level}\" x=\"{x}\" y=\"{LEGEND}\" width=\"{CELL}\" height=\"{CELL}\" rx=\"2.5\"/>"
        );
    }
    label(svg, LEFT + 34 + 5 * PITCH, base, "More");
}

fn heading(svg: &mut String, top: u32, text: &str) {
    let _ = writeln!(svg, "<text class=\"heat-head\" x=\"{EDGE}\" y=\"{}\">{text}</text>", top + 12);
}

fn weekdays(svg: &mut String, top: u32) {
    for weekday in WEEK {
        label(svg, EDGE, y(top, weekday) + CELL - 2, &weekday.to_string());
    }
}

fn label(svg: &mut String, x: u32, y: u32, text: &str) {
    let _ = writeln!(svg, "<text class=\"heat-text\" x=\"{x}\" y=\"{y}\">{text}</text>");
}

fn square(svg: &mut String, column: u64, weekday: Weekday, top: u32, level: u32, what: &str) {
    let (x, y) = (x(column), y(top, weekday));
    let _ = writeln!(
        svg,
        "<rect class=\"heat-{level}\" x=\"{x}\" y=\"{y}\" width=\"{CELL}\" height=\"{CELL}\" rx=\"2.5\"><title>{what}</title></rect>"
    );
}

fn x(column: u64) -> u32 {
    LEFT + u32::try_from(column).unwrap_or(0) * PITCH
}

fn y(top: u32, weekday: Weekday) -> u32 {
    top + HEAD + weekday.num_days_from_monday() * PITCH
}

/// "3 h 20 min", rounded down; what is less than a minute is not nothing.
fn length(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) if seconds > 0 => "under 1 min".to_owned(),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

fn tasks(count: u64) -> String {
    format!("{} completed", counted(count, "task"))
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn day(text: &str, focus_seconds: u64, completed_tasks: u32) -> Cell {
        let mut cell = Cell { focus_seconds, completed_tasks, ..empty(date(text)) };
        cell.focus_by_hour[9] = focus_seconds;
        cell
    }

    /// The value of an attribute of each tag that begins so.
    fn attributes<'s>(svg: &'s str, tag: &str, name: &str) -> Vec<&'s str> {
        let marker = format!(" {name}=\"");
        let tags = svg.split('<').filter(|part| part.starts_with(tag)).filter_map(|part| part.split('>').next());
        tags.filter_map(|tag| tag.split_once(marker.as_str())?.1.split('"').next()).collect()
    }

    /// The titles of squares, with their levels.
    fn squares(svg: &str) -> Vec<(&str, &str)> {
        let parts = svg.split("<rect class=\"heat-").skip(1);
        let titled = parts.filter_map(|part| Some((&part[..1], part.split_once("<title>")?.1.split_once("</title>")?.0)));
        titled.collect()
    }

    /// Each tag is closed in its order, attributes are quoted, and text holds nothing that would have to be escaped.
    #[track_caller]
    fn assert_well_formed(svg: &str) {
        let mut open = Vec::new();
        for (index, part) in svg.split('<').enumerate().skip(1) {
            let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("part {index} does not end: {part}"));
            assert!(!text.contains(['&', '>']), "{text}");
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name), "{part}");
                continue;
            }
            assert_eq!(tag.matches('"').count(), tag.matches("=\"").count() * 2, "{tag}");
            if !tag.ends_with('/') {
                open.push(tag.split(' ').next().expect("a name"));
            }
        }
        assert!(open.is_empty() && svg.trim_end().ends_with("</svg>"), "{open:?}");
    }

    #[test]
    fn there_is_a_square_for_each_day_and_each_hour_of_the_week() {
        for (from, to, days) in [
            ("2026-01-14", "2026-01-14", 1),
            ("2025-12-29", "2026-01-11", 14),
            ("2025-01-15", "2026-01-14", 365),
            ("2024-02-28", "2024-03-01", 3),
            ("2020-01-01", "2026-01-14", 400),
            ("2026-01-15", "2026-01-14", 0),
        ] {
            let svg = heat_map(date(from), date(to), &[]);
            assert_well_formed(&svg);
            let squares = squares(&svg);
            assert_eq!(squares.len(), days + 7 * 24, "{from} {to}");
            assert!(squares.iter().all(|(level, _)| *level == "0"));
        }
    }

    #[test]
    fn a_square_says_what_it_stands_for() {
        let mut late = day("2026-01-15", 59, 1);
        late.focus_by_hour[23] = 3_600;
        let days = [day("2026-01-13", 12_000, 2), late, day("2026-01-20", 7_260, 0), day("2026-02-01", 60, 0)];
        let svg = heat_map(date("2026-01-12"), date("2026-01-25"), &days);
        let titles: Vec<&str> = squares(&svg).into_iter().map(|(_, title)| title).collect();
        for expected in [
            "Mon 12 Jan 2026: 0 min, 0 tasks completed",
            "Tue 13 Jan 2026: 3 h 20 min, 2 tasks completed",
            "Thu 15 Jan 2026: under 1 min, 1 task completed",
            "Tue 20 Jan 2026: 2 h 1 min, 0 tasks completed",
            "Tue 09:00 to 10:00: 5 h 21 min",
            "Thu 23:00 to 24:00: 1 h",
            "Sun 09:00 to 10:00: 0 min",
        ] {
            assert_eq!(titles.iter().filter(|title| **title == expected).count(), 1, "{expected}: {titles:?}");
        }
        assert!(svg.contains("<title>Focus from 12 Jan 2026 to 25 Jan 2026</title>"), "{svg}");
        assert!(svg.contains("<desc>5 h 21 min, 3 tasks completed on 3 of 14 days."), "{svg}");
    }

    #[test]
    fn more_is_never_shown_as_less() {
        for most in [0, 1, 3, 7, 86_400, u64::MAX] {
            assert_eq!(level(0, most), 0);
            let values = (0..100).map(|n| most / 100 * n).chain([most]);
            let levels: Vec<u32> = values.map(|value| level(value, most)).collect();
            assert!(levels.is_sorted() && levels.iter().all(|level| *level <= 4), "{levels:?}");
            assert!(most == 0 || (level(most, most) == 4 && level(1, most) >= 1), "{most}");
        }
        // A day with nothing but a task is more than an empty one.
        let svg = heat_map(date("2026-01-12"), date("2026-01-13"), &[day("2026-01-12", 0, 1)]);
        assert_eq!(squares(&svg)[..2].iter().map(|(level, _)| *level).collect::<Vec<_>>(), ["1", "0"]);
    }

    #[test]
    fn weeks_are_columns_that_begin_with_monday() {
        // From a Sunday to a Monday: three columns.
        let svg = heat_map(date("2026-01-11"), date("2026-01-19"), &[]);
        let place = |wanted: &str| {
            let rect = svg.split("<rect").find(|part| part.contains(wanted)).expect("a square");
            let number = |name: &str| {
                let text = rect.split_once(&format!(" {name}=\"")).expect("an attribute").1.split('"').next().expect("a value");
                text.parse::<u32>().expect("a number")
            };
            ((number("x") - LEFT) / PITCH, (number("y") - CALENDAR - HEAD) / PITCH)
        };
        assert_eq!(
            (place("Sun 11 Jan"), place("Mon 12 Jan"), place("Sun 18 Jan"), place("Mon 19 Jan")),
            ((0, 6), (1, 0), (1, 6), (2, 0))
        );
    }

    #[test]
    fn all_is_within_the_picture_whatever_the_numbers() {
        let most =
            Cell { focus_seconds: u64::MAX, completed_tasks: u32::MAX, focus_by_hour: [u64::MAX; 24], date: NaiveDate::MIN };
        let days =
            [most.clone(), Cell { date: NaiveDate::MAX, ..most.clone() }, Cell { date: date("2026-01-14"), ..most.clone() }];
        for (from, to) in [
            (NaiveDate::MIN, NaiveDate::MIN),
            (NaiveDate::MIN, NaiveDate::MAX),
            (NaiveDate::MAX, NaiveDate::MAX),
            (NaiveDate::MAX, NaiveDate::MIN),
            (date("2026-01-01"), date("2026-12-31")),
        ] {
            let svg = heat_map(from, to, &[&days[..], &days[..]].concat());
            assert_well_formed(&svg);
            let number = |text: &&str| text.parse::<f64>().expect("a number");
            let width = attributes(&svg, "svg", "width").iter().map(number).sum::<f64>();
            assert!((400.0..1000.0).contains(&width), "{width}");
            assert!(attributes(&svg, "rect", "x").iter().map(number).all(|x| x > 0.0 && x < width), "{svg}");
            assert!(attributes(&svg, "rect", "y").iter().map(number).all(|y| y > 0.0 && y < f64::from(HEIGHT)), "{svg}");
            assert!(attributes(&svg, "rect", "width").iter().map(number).all(|length| length > 0.0 && length < width), "{svg}");
        }
    }

    #[test]
    fn names_of_months_do_not_touch() {
        for start in 0..60 {
            let from = date("2025-01-01") + Days::new(start * 7 + start % 7);
            let mut svg = String::new();
            let dates: Vec<NaiveDate> = from.iter_days().take(400).collect();
            months(&mut svg, &dates);
            let places: Vec<u32> = attributes(&svg, "text", "x").iter().map(|x| x.parse().expect("a number")).collect();
            assert!(places.len() >= 12 && places.windows(2).all(|two| two[1] - two[0] >= 4 * PITCH), "{from}: {places:?}");
        }
    }
}
