//! What each job costs, for one user.

use avanochi::{
    jobs::{Event, Tick},
    kernel::{Clock as _, Limit, PageRequest, UserId},
    store::{Change, Partition},
};
use serde_json::json;

use super::{Book, Cost, FREE, READ};
use crate::support::{Client, TestApp};

pub async fn jobs(book: &mut Book, app: &TestApp, ann: &Client) {
    let user = UserId::parse(&ann.id).expect("an id");
    let changed = |seq| {
        let partition = Partition::of(user);
        Event::Changes(vec![Change { partition, kind: "work_sessions".into(), id: "any".into(), seq }])
    };
    assert_eq!(ann.get("/api/progress").await.status, 200);
    // Of habits: the summary, what was learned before, the sessions of four weeks, and the batch. Of progress: the summary, what
    // is known, what has changed, what was achieved, and the batch. Of the companion, which hatches: the summary and the progress, as
    // before and once more since it does, the summary in the user's turn, its document, its sessions, and the batch.
    let learning = Cost { reads: 5 + 6, batches: 2 + 1, queries: 2 + 1, ..FREE };
    book.job(app, "changes", ", a session followed", learning, changed(u64::from(u32::MAX))).await;
    book.job(app, "changes", ", one that was seen", Cost { reads: 6, ..FREE }, changed(1)).await;

    assert_eq!(ann.start().await.status, 201);
    app.advance_hours(4);
    // The lease is taken and given back, and a message sent for each of the four ranges, each by itself.
    let tick = Cost { reads: 1, writes: 2 + 4, ..FREE };
    book.job(app, "tick", "", tick, Event::Tick(Tick::default())).await;
    let ledger = &app.app.shared.ledger;
    let (mut theirs, mut others) = (None, None);
    for range in ledger.ranges().await.expect("ranges") {
        let due = ledger.due(range.clone(), app.clock.now(), PageRequest::first(Limit::MAX)).await.expect("a page");
        *if due.items.contains(&user) { &mut theirs } else { &mut others } = Some(range);
    }
    let message = |payload| Event::Message { payload, attempt: 1 };
    let range = Cost { across: 1, ..FREE };
    let one_user = Cost { writes: 1, ..range };
    book.job(app, "jobs", ", a range with one user to whom something is due", one_user, message(json!({ "range": theirs })))
        .await;
    book.job(app, "jobs", ", a range with nobody", range, message(json!({ "range": others }))).await;
    let due = || message(json!({ "user_id": user }));
    // The summary, to see what is due, and again in the user's turn; the check-in, the sessions and the tasks; the reminder.
    let reminder = Cost { reads: 3, batches: 1, queries: 2, ..FREE };
    book.job(app, "jobs", ", a reminder", reminder, due()).await;
    book.job(app, "jobs", ", a user to whom nothing is due any more", READ, due()).await;
    // Without reminders nothing more is looked at.
    ann.be_reminded_of(&[]).await;
    app.advance_hours(2);
    app.do_due().await.expect("done");
    app.advance_hours(6);
    // The summary, to see what is due; what is usual; the summary again, in the user's turn; the heartbeat; the session.
    let forgotten = Cost { reads: 5, batches: 1, ..FREE };
    book.job(app, "jobs", ", ending a forgotten session", forgotten, due()).await;
}
