//! Calendars that other programs wrote, read and edited.

use chrono::NaiveTime;
use proptest::prelude::*;

use super::*;

const BERLIN: Tz = Tz::Europe__Berlin;

/// As another program writes it: folded at places of its own, with lines that nobody else knows.
const THEIRS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nEND:VTIMEZONE\r\n\
    BEGIN:VTODO\r\nx-custom;Y=\"a:b\":1\r\nUID:abc\r\nSEQUENCE:4\r\nSUMMARY;LANGUAGE=de:Milch\\, \r\n Brot\r\nDTSTAMP:20260101T000000Z\r\n\
    LAST-MODIFIED:20260101T000000Z\r\nDUE;TZID=Europe/Berlin:20261201T\r\n\t101500\r\nPRIORITY:5\r\nBEGIN:VALARM\r\nTRIGGER:-PT5M\r\n\
    DESCRIPTION:an alarm\r\nSUMMARY:not ours\r\nEND:VALARM\r\nX-LAST:\\x\r\nEND:VTODO\r\nBEGIN:VJOURNAL\r\nSUMMARY:neither\r\n\
    END:VJOURNAL\r\nEND:VCALENDAR\r\n";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn theirs() -> Resource {
    Resource::read(THEIRS.as_bytes()).unwrap()
}

/// Applies an edit and gives the text, its lines unfolded.
fn edited(text: &str, edit: &Edit) -> String {
    let mut resource = Resource::read(text.as_bytes()).unwrap();
    resource.apply(edit, BERLIN, at("2026-02-03T04:05:06.7Z"));
    String::from_utf8(resource.text()).unwrap()
}

fn todo_with(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:a\n{lines}END:VTODO\nEND:VCALENDAR\n")
}

fn read(lines: &str) -> Todo {
    Resource::read(todo_with(lines).as_bytes()).unwrap().todo(BERLIN)
}

#[test]
fn reads_what_is_ours() {
    let todo = theirs().todo(BERLIN);
    assert_eq!((&*todo.uid, &*todo.title, &*todo.notes), ("abc", "Milch, Brot", ""));
    assert_eq!(todo.due, Some(Due { on: "2026-12-01".parse().unwrap(), time: NaiveTime::from_hms_opt(10, 15, 0) }));
    assert_eq!(todo.last_modified, Some(at("2026-01-01T00:00:00Z")));
    assert!(todo.state == State::Open && !todo.recurs && !todo.lasts);
    assert!(Resource::read(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n").is_none());
}

#[test]
fn an_edit_that_changes_nothing_leaves_every_byte() {
    let todo = theirs().todo(BERLIN);
    let mut resource = theirs();
    let same = Edit { title: Some(todo.title), notes: Some(todo.notes), due: Some(todo.due), completed: Some(None) };
    assert!(!resource.apply(&same, BERLIN, at("2026-02-03T04:05:06Z")));
    assert_eq!(resource.text(), THEIRS.as_bytes());
}

#[test]
fn an_edit_changes_its_own_lines_in_their_places() {
    let due = Due { on: "2026-12-24".parse().unwrap(), time: NaiveTime::from_hms_opt(18, 0, 0) };
    let edit = Edit { title: Some("Brot; Salz".into()), notes: Some("a\nb".into()), due: Some(Some(due)), completed: None };
    let expected = THEIRS
        .replace("SUMMARY;LANGUAGE=de:Milch\\, \r\n Brot", "SUMMARY;LANGUAGE=de:Brot\\; Salz")
        .replace("DUE;TZID=Europe/Berlin:20261201T\r\n\t101500", "DUE;TZID=Europe/Berlin:20261224T180000")
        .replace("SEQUENCE:4", "SEQUENCE:5")
        .replace("DTSTAMP:20260101T000000Z", "DTSTAMP:20260203T040506Z")
        .replace("LAST-MODIFIED:20260101T000000Z", "LAST-MODIFIED:20260203T040506Z")
        .replace("PRIORITY:5\r\n", "PRIORITY:5\r\nDESCRIPTION:a\\nb\r\n");
    assert_eq!(edited(THEIRS, &edit), expected);
}

#[test]
fn completing_and_reopening_write_three_lines() {
    let done = edited(THEIRS, &Edit { completed: Some(Some(at("2026-02-03T01:00:00.9Z"))), ..Edit::default() });
    for line in ["\r\nSTATUS:COMPLETED\r\n", "\r\nCOMPLETED:20260203T010000Z\r\n", "\r\nPERCENT-COMPLETE:100\r\n"] {
        assert!(done.contains(line), "{done}");
    }
    let todo = Resource::read(done.as_bytes()).unwrap().todo(BERLIN);
    assert_eq!(todo.state, State::Completed(Some(at("2026-02-03T01:00:00Z"))));
    let open = edited(&done, &Edit { completed: Some(None), ..Edit::default() });
    assert!(open.contains("\r\nSTATUS:NEEDS-ACTION\r\n") && !open.contains("COMPLETED") && !open.contains("PERCENT"), "{open}");
}

#[test]
fn a_status_that_says_the_same_is_left() {
    for status in ["STATUS:IN-PROCESS\n", "STATUS:NEEDS-ACTION\nPERCENT-COMPLETE:40\n", ""] {
        let text = todo_with(status);
        assert_eq!(edited(&text, &Edit { completed: Some(None), ..Edit::default() }), text);
    }
    let text = todo_with("STATUS:COMPLETED\n");
    assert_eq!(edited(&text, &Edit { completed: Some(Some(at("2026-02-03T01:00:00Z"))), ..Edit::default() }), text);
}

#[test]
fn is_completed_by_its_status_or_else_by_what_says_so() {
    let completed = |lines| matches!(read(lines).state, State::Completed(_));
    assert!(completed("STATUS:completed\n") && completed("PERCENT-COMPLETE:100\n") && completed("COMPLETED:20260101T000000Z\n"));
    assert!(!completed("STATUS:NEEDS-ACTION\nCOMPLETED:20260101T000000Z\n") && !completed("PERCENT-COMPLETE:99\n"));
    assert_eq!(read("COMPLETED:20260101T000000Z\n").state, State::Completed(Some(at("2026-01-01T00:00:00Z"))));
    assert_eq!(read("STATUS:CANCELLED\n").state, State::Cancelled);
}

#[test]
fn what_recurs_is_not_completed_here() {
    let series = todo_with("RRULE:FREQ=DAILY\nDUE:20260101T000000Z\n");
    assert_eq!(edited(&series, &Edit { completed: Some(Some(at("2026-02-03T01:00:00Z"))), ..Edit::default() }), series);
    // The exception comes first, and the one that stands for the series is what we read and write.
    let exception = "BEGIN:VTODO\nUID:a\nRECURRENCE-ID:20260102T000000Z\nSUMMARY:once\nEND:VTODO\n";
    let text = todo_with("SUMMARY:daily\n").replacen("BEGIN:VTODO", &format!("{exception}BEGIN:VTODO"), 1);
    let todo = Resource::read(text.as_bytes()).unwrap().todo(BERLIN);
    assert!(todo.recurs && todo.title == "daily");
    let changed = edited(&text, &Edit { title: Some("each day".into()), ..Edit::default() });
    assert!(changed.contains(exception) && changed.contains("SUMMARY:each day\n"), "{changed}");
}

#[test]
fn a_due_does_not_stand_beside_a_duration() {
    let text = todo_with("DTSTART:20260101T000000Z\nDURATION:P1D\n");
    let due = Due { on: "2026-12-24".parse().unwrap(), time: None };
    assert_eq!(edited(&text, &Edit { due: Some(Some(due)), ..Edit::default() }), text);
}

#[test]
fn an_emptied_text_and_due_go_with_their_lines() {
    let text = todo_with("DESCRIPTION;ALTREP=\"data:x\":old\nDUE;VALUE=DATE:20260101\nDESCRIPTION:again\n");
    let emptied = edited(&text, &Edit { notes: Some(String::new()), due: Some(None), ..Edit::default() });
    assert_eq!(emptied, todo_with("LAST-MODIFIED:20260203T040506Z\nDTSTAMP:20260203T040506Z\n"));
    let written = edited(&text, &Edit { notes: Some("new".into()), ..Edit::default() });
    assert!(written.contains("\nDESCRIPTION:new\n"), "{written}");
}

#[test]
fn a_new_one_is_a_whole_object() {
    let mut resource = Resource::new(Uuid::nil(), at("2026-02-03T04:05:06Z"));
    let due = Due { on: "2026-12-24".parse().unwrap(), time: None };
    let edit = Edit { title: Some("Milk".into()), notes: Some(String::new()), due: Some(Some(due)), completed: Some(None) };
    assert!(resource.apply(&edit, BERLIN, at("2026-02-03T04:05:06Z")));
    let text = String::from_utf8(resource.text()).unwrap();
    assert_eq!(
        text.lines().collect::<Vec<_>>().join("|"),
        "BEGIN:VCALENDAR|VERSION:2.0|PRODID:-//Avanochi//Avanochi//EN|BEGIN:VTODO|UID:00000000-0000-0000-0000-000000000000|\
         DTSTAMP:20260203T040506Z|CREATED:20260203T040506Z|STATUS:NEEDS-ACTION|SUMMARY:Milk|DUE;VALUE=DATE:20261224|\
         LAST-MODIFIED:20260203T040506Z|END:VTODO|END:VCALENDAR"
    );
    assert!(text.ends_with("\r\n") && text.matches('\n').count() == text.matches("\r\n").count());
}

#[test]
fn a_cancelled_one_is_open_again() {
    let mut resource = Resource::read(todo_with("STATUS:CANCELLED\nCOMPLETED:20260101T000000Z\n").as_bytes()).unwrap();
    resource.revive(at("2026-02-03T04:05:06Z"));
    let todo = resource.todo(BERLIN);
    assert!(todo.state == State::Open && todo.last_modified.is_some());
}

const OURS: [&str; 9] =
    ["SUMMARY", "DESCRIPTION", "DUE", "STATUS", "COMPLETED", "PERCENT-COMPLETE", "LAST-MODIFIED", "DTSTAMP", "SEQUENCE"];

/// The lines of a text that are not ours where ours would stand: within the first to-do and no component of it.
fn others(text: &[u8]) -> Vec<Vec<u8>> {
    let mut depth = 0;
    let lines = split(text);
    let kept = lines.iter().filter(|line| {
        depth += i32::from(line.name() == "BEGIN") - i32::from(line.name() == "END");
        depth != 2 || !OURS.contains(&line.name())
    });
    kept.map(|line| line.raw().to_vec()).collect()
}

fn edits() -> impl Strategy<Value = Edit> {
    let texts = || proptest::option::of("[a-z ,;\\\\\u{fc}\u{1f600}\n]{0,90}");
    let due = (0_i64..400, proptest::option::of(0_u32..1440)).prop_map(|(day, minute)| Due {
        on: chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::TimeDelta::days(day),
        time: minute.and_then(|minute| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0)),
    });
    let completed =
        proptest::option::of(0_i64..2_000_000_000).prop_map(|second| second.map(|s| Timestamp::from_micros(s * 1_000_000)));
    (texts(), texts(), proptest::option::of(proptest::option::of(due)), proptest::option::of(completed))
        .prop_map(|(title, notes, due, completed)| Edit { title, notes, due, completed })
}

fn todos() -> impl Strategy<Value = String> {
    let line = proptest::sample::select(vec![
        "SUMMARY:a\n",
        "SUMMARY;LANGUAGE=de:lo\n ng\n",
        "DESCRIPTION:x\\n\\, y\n",
        "DUE:20260101T120000Z\n",
        "DUE;VALUE=DATE:20260101\n",
        "DUE;TZID=Asia/Tokyo:20260101T120000\n",
        "STATUS:IN-PROCESS\n",
        "STATUS:COMPLETED\n",
        "COMPLETED:20260101T120000Z\n",
        "PERCENT-COMPLETE:100\n",
        "LAST-MODIFIED:20260101T120000Z\n",
        "SEQUENCE:2\n",
        "X-OTHER:fo\n\tld\n ed\n",
        "CATEGORIES:a,b\n",
        "BEGIN:VALARM\nDESCRIPTION:al\n arm\nDUE:x\nEND:VALARM\n",
        "broken\n",
        "RELATED-TO:x\n",
        "\n",
    ]);
    (proptest::collection::vec(line, 0..14), any::<bool>()).prop_map(|(lines, windows)| {
        let text = todo_with(&lines.concat());
        if windows { text.replace('\n', "\r\n") } else { text }
    })
}

proptest! {
    #[test]
    fn all_other_lines_stay_byte_for_byte_and_in_their_order(text in todos(), edit in edits()) {
        let mut resource = Resource::read(text.as_bytes()).unwrap();
        let changed = resource.apply(&edit, Tz::Asia__Kolkata, Timestamp::from_micros(1_800_000_000_000_000));
        prop_assert_eq!(others(&resource.text()), others(text.as_bytes()));
        prop_assert_eq!(changed, resource.text() != text.as_bytes());
    }

    #[test]
    fn an_edit_is_what_is_read_afterwards_and_once_is_enough(text in todos(), edit in edits()) {
        let (zone, now) = (Tz::Asia__Kolkata, Timestamp::from_micros(1_800_000_000_000_000));
        let mut resource = Resource::read(text.as_bytes()).unwrap();
        let before = resource.todo(zone);
        resource.apply(&edit, zone, now);
        let after = Resource::read(&resource.text()).unwrap().todo(zone);
        prop_assert_eq!(&after.title, edit.title.as_ref().unwrap_or(&before.title));
        prop_assert_eq!(&after.notes, edit.notes.as_ref().unwrap_or(&before.notes));
        prop_assert_eq!(after.due, edit.due.unwrap_or(before.due));
        let completed = |todo: &Todo| matches!(todo.state, State::Completed(_));
        prop_assert_eq!(completed(&after), edit.completed.map_or(completed(&before), |at| at.is_some()));
        let text = resource.text();
        prop_assert!(!resource.apply(&edit, zone, now.plus(std::time::Duration::from_secs(9))));
        prop_assert_eq!(resource.text(), text);
    }
}
