//! Tasks of Todoist.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use avanochi::outbound::providers::{
    Creation, Due, Edit, Failure, Fetched, Field, KnownAs, Provider, Scan, Seen,
    todoist::{Settings, Todoist},
    version::is_older,
};
use chrono_tz::Tz;
use sandbox::{Fault, Reply, Running, When, todoist};
use secrecy::SecretString;
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::{OPERATION, Shared, asked, creation, fails, fetch, items, limits, outgoing, pull, stand};
use crate::support::time;

struct World {
    there: Running<todoist::State>,
    provider: Todoist,
}

impl World {
    async fn new() -> Self {
        Self::of(None).await
    }

    async fn of(list: Option<&str>) -> Self {
        let there = todoist::start(stand(), 0).await.expect("a server");
        there.state.add_project("work", "Work");
        let provider = Self::provider(&there, todoist::TOKEN, list);
        Self { there, provider }
    }

    fn provider(there: &Running<todoist::State>, token: &str, list: Option<&str>) -> Todoist {
        let base = Url::parse(&there.url).expect("an address");
        let clock = Arc::new(Shared(there.stand.clock.clone()));
        let settings = Settings { list: list.map(str::to_owned) };
        Todoist::new(outgoing(), clock, base, SecretString::from(token), settings, Tz::Europe__Madrid)
    }

    fn pass(&self, seconds: u64) {
        self.there.stand.clock.advance(Duration::from_secs(seconds));
    }

    /// The kinds of the commands that were sent since the last time.
    fn commands(&self) -> Vec<String> {
        let logged = self.there.stand.log.take();
        let forms = logged.iter().flat_map(|logged| url::form_urlencoded::parse(logged.body.as_bytes()));
        let commands = forms.filter(|(name, _)| name == "commands");
        let parsed = commands.flat_map(|(_, json)| serde_json::from_str::<Vec<serde_json::Value>>(&json).expect("JSON"));
        parsed.map(|command| command["type"].as_str().expect("a kind").to_owned()).collect()
    }

    fn writes() -> When {
        When::method("POST").body("commands=")
    }
}

fn due(on: &str, at: Option<&str>) -> Due {
    Due { on: on.parse().expect("a date"), time: at.map(|at| at.parse().expect("a time")) }
}

fn title(title: &str) -> Edit {
    Edit { title: Some(title.to_owned()), ..Edit::default() }
}

#[tokio::test]
async fn what_is_open_comes_first_and_then_what_changes() {
    let world = World::new().await;
    let [open, done, gone] = ["open", "done", "gone"].map(|content| world.there.state.add(todoist::INBOX, content));
    assert!(world.there.state.complete(&done) && world.there.state.delete(&gone));
    let (seen, cursor, scan) = pull(&world.provider, None).await;
    assert_eq!((items(&seen).iter().map(|item| &item.external_id).collect::<Vec<_>>(), scan), (vec![&open], Scan::Open));
    let (seen, cursor, scan) = pull(&world.provider, Some(&cursor)).await;
    assert_eq!((seen, scan), (vec![], Scan::Changes));

    let other = world.there.state.add(todoist::INBOX, "other");
    assert!(world.there.state.complete(&open) && world.there.state.delete(&other));
    let (seen, cursor, scan) = pull(&world.provider, Some(&cursor)).await;
    assert_eq!(scan, Scan::Changes);
    assert!(seen.contains(&Seen::Gone(other)) && items(&seen)[0].completed);
    // What is completed is in no full answer, and is asked for by itself.
    world.there.state.forget_tokens();
    let (seen, cursor, scan) = pull(&world.provider, Some(&cursor)).await;
    assert_eq!((seen, scan), (vec![], Scan::Open));
    assert!(fetch(&world.provider, &open).await.completed);
    assert_eq!(world.provider.fetch(&gone).await, Ok(Fetched::Gone));
    assert_eq!(asked(&world.there).len(), 6, "one answer has all of it");
    fails(world.provider.pull(Some("of another account")).await, &Failure::CursorLost);
    assert_eq!(pull(&world.provider, Some(&cursor)).await.2, Scan::Changes);
}

#[tokio::test]
async fn another_project_is_elsewhere() {
    let world = World::of(Some("work")).await;
    let [mine, other] = ["work", todoist::INBOX].map(|project| world.there.state.add(project, "a task"));
    let (seen, cursor, _) = pull(&world.provider, None).await;
    assert_eq!(items(&seen).len(), 1);
    assert!(seen.contains(&Seen::Moved(other.clone())));
    assert_eq!(world.provider.fetch(&other).await, Ok(Fetched::Moved));
    let item = fetch(&world.provider, &mine).await;
    world.there.state.move_to(&mine, todoist::INBOX);
    let (seen, _, _) = pull(&world.provider, Some(&cursor)).await;
    assert_eq!(seen, [Seen::Moved(mine.clone())]);
    world.there.stand.log.take();
    fails(world.provider.update(&mine, &item.version, &title("new"), OPERATION).await, &Failure::Changed);
    fails(world.provider.delete(&mine, &item.version, OPERATION).await, &Failure::Changed);
    assert_eq!(world.commands(), Vec::<String>::new());
    let made = world.provider.create(&creation("ours")).await.expect("an item");
    assert_eq!(world.there.state.task(&made.external_id).expect("a task").project_id, "work");
    let nowhere = World::provider(&world.there, todoist::TOKEN, Some("none"));
    fails(nowhere.create(&Creation { operation: Uuid::from_u128(20), ..creation("ours") }).await, &Failure::NotFound);
}

#[tokio::test]
async fn a_creation_has_everything_of_the_task() {
    let world = World::new().await;
    let open = Creation { due: Some(due("2026-07-01", Some("09:30:00"))), ..creation("Buy milk") };
    let made = world.provider.create(&open).await.expect("an item");
    assert_eq!(
        (made.title.as_str(), made.notes.as_str(), made.due, made.completed),
        ("Buy milk", "as they are", open.due, false)
    );
    assert_eq!(fetch(&world.provider, &made.external_id).await, made);
    assert_eq!(world.there.state.task(&made.external_id).expect("a task").project_id, todoist::INBOX);

    let at = time("2026-01-14T09:00:00Z");
    let done = Creation { operation: Uuid::from_u128(20), completed_at: Some(at), ..creation("Done") };
    world.there.stand.log.take();
    let made = world.provider.create(&done).await.expect("an item");
    assert_eq!((made.completed, made.completed_at), (true, Some(at)));
    assert_eq!(world.commands(), ["item_add", "item_complete"]);
}

#[tokio::test]
async fn an_edit_is_of_what_was_edited_alone() {
    let world = World::new().await;
    let id = world.there.state.add(todoist::INBOX, "Buy milk");
    world.there.state.edit(&id, |task| task.due = Some(json!({"date": "2026-07-01T07:30:00Z", "timezone": "Europe/London"})));
    let mut item = fetch(&world.provider, &id).await;
    assert_eq!(item.due, Some(due("2026-07-01", Some("09:30:00"))));
    for (edit, commands, operation) in [
        (title("Buy bread"), vec!["item_update"]),
        (
            Edit { notes: Some("two".to_owned()), due: Some(Some(due("2026-07-02", Some("10:00:00")))), ..Edit::default() },
            vec!["item_update"],
        ),
        (Edit { completed: Some(Some(time("2026-01-14T09:00:00Z"))), ..Edit::default() }, vec!["item_complete"]),
        (Edit { completed: Some(None), ..title("Buy wine") }, vec!["item_uncomplete", "item_update"]),
        (Edit { due: Some(None), ..Edit::default() }, vec!["item_update"]),
        (Edit { completed: Some(None), ..Edit::default() }, vec![]),
        (Edit::default(), vec![]),
    ]
    .into_iter()
    .zip(1..)
    .map(|((edit, commands), number)| (edit, commands, Uuid::from_u128(number)))
    {
        world.there.stand.log.take();
        world.pass(1);
        item = world.provider.update(&id, &item.version, &edit, operation).await.expect("an item");
        assert_eq!(world.commands(), commands, "{edit:?}");
        assert_eq!(fetch(&world.provider, &id).await, item);
        if edit.notes.is_some() {
            let due = world.there.state.task(&id).expect("a task").due.expect("a date");
            assert_eq!(due, json!({"date": "2026-07-02T08:00:00Z", "timezone": "Europe/London", "is_recurring": false}));
        }
    }
    assert_eq!((item.title.as_str(), item.notes.as_str(), item.due, item.completed), ("Buy wine", "two", None, false));
}

#[tokio::test]
async fn what_recurs_cannot_be_completed_for_good() {
    let world = World::new().await;
    let id = world.there.state.add(todoist::INBOX, "Water the plants");
    world.there.state.edit(&id, |task| {
        task.due = Some(json!({"date": "2026-07-01", "string": "every day", "is_recurring": true}));
    });
    let item = fetch(&world.provider, &id).await;
    assert_eq!(item.read_only, BTreeSet::from([Field::Completed]));
    world.there.state.complete(&id);
    let item = fetch(&world.provider, &id).await;
    assert_eq!((item.completed, item.due), (false, Some(due("2026-07-02", None))));
    let later = Edit { due: Some(Some(due("2026-07-09", None))), ..Edit::default() };
    let item = world.provider.update(&id, &item.version, &later, OPERATION).await.expect("an item");
    assert_eq!((item.read_only.len(), item.due), (1, Some(due("2026-07-09", None))));
}

#[tokio::test]
async fn what_has_changed_is_neither_changed_nor_deleted() {
    let world = World::new().await;
    let id = world.there.state.add(todoist::INBOX, "Buy milk");
    let before = fetch(&world.provider, &id).await;
    // At the same time, to the microsecond.
    world.there.state.edit(&id, |task| task.content = "Buy bread".to_owned());
    world.there.stand.log.take();
    fails(world.provider.update(&id, &before.version, &title("Buy wine"), OPERATION).await, &Failure::Changed);
    fails(world.provider.delete(&id, &before.version, OPERATION).await, &Failure::Changed);
    assert_eq!(world.commands(), Vec::<String>::new());
    let now = fetch(&world.provider, &id).await;
    world.provider.delete(&id, &now.version, OPERATION).await.expect("deleted");
    assert_eq!(world.commands(), ["item_delete"]);
    world.provider.delete(&id, &now.version, OPERATION).await.expect("deleted already");
    assert_eq!(world.commands(), Vec::<String>::new());
    fails(world.provider.update(&id, &now.version, &title("Buy wine"), OPERATION).await, &Failure::NotFound);
}

#[tokio::test]
async fn a_lost_answer_of_a_write_is_made_up_for() {
    for fault in [Fault::DropAnswer, Fault::Truncated, Fault::Afterwards(Reply::status(500))] {
        let world = World::new().await;
        let lose = || world.there.stand.faults.on(World::writes(), fault.clone());
        lose();
        fails(world.provider.create(&creation("Buy milk")).await, &Failure::Unknown);
        assert_eq!(world.provider.find(Uuid::from_u128(7)).await, Ok(None));
        let made = world.provider.create(&creation("Buy milk")).await.expect("what was made");
        assert_eq!(world.there.state.tasks().len(), 1, "{fault:?}");

        let update = async || {
            let edit = title("Buy bread");
            world.provider.update(&made.external_id, &made.version, &edit, OPERATION).await
        };
        lose();
        world.pass(1);
        fails(update().await, &Failure::Unknown);
        fails(update().await, &Failure::Changed);
        let now = fetch(&world.provider, &made.external_id).await;
        assert_eq!(now.title, "Buy bread");

        lose();
        let operation = Uuid::from_u128(20);
        fails(world.provider.delete(&now.external_id, &now.version, operation).await, &Failure::Unknown);
        world.there.stand.log.take();
        assert_eq!(world.provider.delete(&now.external_id, &now.version, operation).await, Ok(()));
        assert_eq!((world.commands(), world.there.stand.faults.left()), (Vec::<String>::new(), 0));
    }
}

#[tokio::test]
async fn what_was_done_and_cannot_be_seen_is_unknown() {
    let world = World::new().await;
    world.there.stand.faults.on(When::method("GET"), Fault::Instead(Reply::status(500)));
    fails(world.provider.create(&creation("Buy milk")).await, &Failure::Unknown);
    world.there.state.fall_behind(1);
    let other = Creation { operation: Uuid::from_u128(20), ..creation("Buy bread") };
    fails(world.provider.create(&other).await, &Failure::Unknown);
    for creation in [creation("Buy milk"), other] {
        assert_eq!(world.provider.create(&creation).await.map(|item| item.title), Ok(creation.title));
    }
    assert_eq!(world.there.state.tasks().len(), 2);
}

#[tokio::test]
async fn what_was_not_done_leaves_nothing() {
    let world = World::new().await;
    let id = world.there.state.add(todoist::INBOX, "Buy milk");
    let before = fetch(&world.provider, &id).await;
    for (fault, expected) in [
        (Fault::DropRequest, Failure::Unknown),
        (Fault::Instead(Reply::status(500)), Failure::Unknown),
        (Fault::Instead(Reply::status(403)), Failure::Forbidden),
        (Fault::Instead(Reply::status(401)), Failure::Unauthorized),
        (Fault::Instead(Reply::body(200, "{}")), Failure::Unknown),
    ] {
        world.there.stand.faults.on(World::writes(), fault.clone());
        fails(world.provider.create(&creation("Buy bread")).await, &expected);
        world.there.stand.faults.on(World::writes(), fault);
        fails(world.provider.update(&id, &before.version, &title("Buy bread"), OPERATION).await, &expected);
    }
    // One command of a request has an error of its own.
    fails(world.provider.create(&creation(" ")).await, &Failure::Rejected(400));
    assert_eq!((world.there.state.tasks().len(), fetch(&world.provider, &id).await), (1, before));
}

#[tokio::test]
async fn a_pull_that_does_not_come_is_tried_again() {
    let world = World::new().await;
    world.there.state.add(todoist::INBOX, "Buy milk");
    for fault in [Fault::DropRequest, Fault::DropAnswer, Fault::Truncated, Fault::Instead(Reply::status(502))] {
        world.there.stand.faults.next(fault);
        fails(world.provider.pull(None).await, &Failure::Unreachable);
    }
    world.there.stand.faults.next(Fault::Instead(Reply::body(200, "[]")));
    fails(world.provider.pull(None).await, &Failure::Malformed);
    world.there.stand.faults.next(Fault::Instead(Reply::status(400)));
    fails(world.provider.pull(None).await, &Failure::Rejected(400));
    assert_eq!(pull(&world.provider, None).await.0.len(), 1);
}

#[tokio::test]
async fn every_limit_says_until_when() {
    let world = World::new().await;
    let id = world.there.state.add(todoist::INBOX, "Buy milk");
    let item = fetch(&world.provider, &id).await;
    for (limit, until) in limits() {
        let expected = Failure::Limited { until };
        let limited = |when| world.there.stand.faults.on(when, Fault::Instead(Reply::limited(limit)));
        limited(When::default());
        fails(world.provider.pull(None).await, &expected);
        limited(When::default());
        fails(world.provider.fetch(&id).await, &expected);
        limited(World::writes());
        fails(world.provider.create(&creation("Buy bread")).await, &expected);
        limited(World::writes());
        fails(world.provider.update(&id, &item.version, &title("Buy bread"), OPERATION).await, &expected);
    }
    assert_eq!(fetch(&world.provider, &id).await, item);
    // A hundred answers with everything are what there is within a quarter of an hour.
    for _ in 0..100 {
        world.provider.pull(None).await.expect("a page");
    }
    let full = world.provider.pull(None).await.expect_err("too many");
    assert_eq!(full, Failure::Limited { until: time("2026-01-14T10:15:01Z") });
    world.pass(901);
    assert!(world.provider.pull(None).await.is_ok());
}

#[tokio::test]
async fn an_older_state_is_known_as_such() {
    let world = World::new().await;
    let id = world.there.state.add(todoist::INBOX, "Buy milk");
    let before = fetch(&world.provider, &id).await;
    world.pass(1);
    // The look before the change and the one after it.
    world.there.state.fall_behind(3);
    let written = world.provider.update(&id, &before.version, &title("Buy bread"), OPERATION).await.expect("an item");
    assert_eq!(written, before, "the answer is a look, which can be late as any");
    let stale = fetch(&world.provider, &id).await;
    let after = fetch(&world.provider, &id).await;
    assert!(world.provider.orders_versions() && is_older(&stale.version, &after.version));
    assert_eq!(after.title, "Buy bread");
}

#[tokio::test]
async fn a_wrong_token_what_can_be_chosen_and_who_we_are() {
    let world = World::new().await;
    let wrong = World::provider(&world.there, "another", None);
    fails(wrong.pull(None).await, &Failure::Unauthorized);
    fails(wrong.lists().await, &Failure::Unauthorized);
    fails(wrong.create(&creation("Buy milk")).await, &Failure::Unauthorized);
    let lists = world.provider.lists().await.expect("lists");
    let lists: Vec<(&str, &str)> = lists.iter().map(|list| (list.id.as_str(), list.name.as_str())).collect();
    assert_eq!(lists, [("inbox", "Inbox"), ("work", "Work")]);
    let known = KnownAs { name: Some("person@example.com".to_owned()), id: Some("1".to_owned()) };
    assert_eq!(world.provider.account().await, Ok(known));
}
