//! Random histories of edits on both sides, with answers that are lost: in the end both sides are equal and nothing is there twice.

use std::collections::BTreeMap;

use proptest::{prelude::*, test_runner::TestRunner};
use sandbox::Fault;
use serde_json::json;

use super::bench::{Bench, REPOSITORY, text};
use crate::support::task_path;

#[derive(Debug, Clone)]
enum Step {
    AddHere,
    RenameHere(usize),
    CompleteHere(usize),
    DeleteHere(usize),
    AddThere,
    RenameThere(usize),
    CompleteThere(usize),
    DeleteThere(usize),
    LoseAnswer,
    LoseRequest,
    Sync,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = prop_oneof![
        Just(Step::AddHere),
        any::<prop::sample::Index>().prop_map(|at| Step::RenameHere(at.index(8))),
        any::<prop::sample::Index>().prop_map(|at| Step::CompleteHere(at.index(8))),
        any::<prop::sample::Index>().prop_map(|at| Step::DeleteHere(at.index(8))),
        Just(Step::AddThere),
        any::<prop::sample::Index>().prop_map(|at| Step::RenameThere(at.index(8))),
        any::<prop::sample::Index>().prop_map(|at| Step::CompleteThere(at.index(8))),
        any::<prop::sample::Index>().prop_map(|at| Step::DeleteThere(at.index(8))),
        Just(Step::LoseAnswer),
        Just(Step::LoseRequest),
        Just(Step::Sync),
        Just(Step::Sync),
    ];
    prop::collection::vec(one, 4..24)
}

/// What another program does with the items of a service.
trait There {
    fn names(&self) -> Vec<String>;
    fn add(&self, title: &str);
    fn rename(&self, name: &str, title: &str);
    fn complete(&self, name: &str);
    fn delete(&self, name: &str);
    fn fail(&self, fault: Fault);
    /// How many requests are still to fail.
    fn faults_left(&self) -> usize;
    /// By title, whether each is completed.
    fn all(&self) -> Vec<(String, bool)>;
}

struct Todoist<'a>(&'a Bench);

impl There for Todoist<'_> {
    fn names(&self) -> Vec<String> {
        self.0.services.todoist.state.tasks().into_iter().map(|task| task.id).collect()
    }

    fn add(&self, title: &str) {
        self.0.services.todoist.state.add(sandbox::todoist::INBOX, title);
    }

    fn rename(&self, name: &str, title: &str) {
        self.0.services.todoist.state.edit(name, |task| title.clone_into(&mut task.content));
    }

    fn complete(&self, name: &str) {
        self.0.services.todoist.state.complete(name);
    }

    fn delete(&self, name: &str) {
        self.0.services.todoist.state.delete(name);
    }

    fn fail(&self, fault: Fault) {
        self.0.services.todoist.stand.faults.next(fault);
    }

    fn faults_left(&self) -> usize {
        self.0.services.todoist.stand.faults.left()
    }

    fn all(&self) -> Vec<(String, bool)> {
        self.0.services.todoist.state.tasks().into_iter().map(|task| (task.content, task.checked)).collect()
    }
}

struct Github<'a>(&'a Bench);

impl Github<'_> {
    fn open(&self) -> impl Iterator<Item = sandbox::github::Issue> {
        let gone = |issue: &sandbox::github::Issue| issue.closed && issue.state_reason.as_deref() == Some("not_planned");
        self.0.services.github.state.issues(REPOSITORY).into_iter().filter(move |issue| !gone(issue))
    }
}

impl There for Github<'_> {
    fn names(&self) -> Vec<String> {
        self.open().map(|issue| issue.number.to_string()).collect()
    }

    fn add(&self, title: &str) {
        self.0.services.github.state.open(REPOSITORY, title, None);
    }

    fn rename(&self, name: &str, title: &str) {
        let number = name.parse().expect("a number");
        self.0.services.github.state.edit(REPOSITORY, number, |issue| title.clone_into(&mut issue.title));
    }

    fn complete(&self, name: &str) {
        self.0.services.github.state.close(REPOSITORY, name.parse().expect("a number"), "completed");
    }

    fn delete(&self, name: &str) {
        self.0.services.github.state.close(REPOSITORY, name.parse().expect("a number"), "not_planned");
    }

    fn fail(&self, fault: Fault) {
        self.0.services.github.stand.faults.next(fault);
    }

    fn faults_left(&self) -> usize {
        self.0.services.github.stand.faults.left()
    }

    fn all(&self) -> Vec<(String, bool)> {
        self.open().map(|issue| (issue.title, issue.closed)).collect()
    }
}

struct Caldav<'a>(&'a Bench);

impl Caldav<'_> {
    fn object(uid: &str, title: &str, status: &str) -> String {
        let lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//another program//EN", "BEGIN:VTODO"];
        let own = [format!("UID:{uid}"), format!("SUMMARY:{title}"), format!("STATUS:{status}"), "X-OWN:kept".into()];
        let end = ["END:VTODO", "END:VCALENDAR"];
        let lines = lines.iter().map(ToString::to_string).chain(own).chain(end.iter().map(ToString::to_string));
        lines.map(|line| line + "\r\n").collect()
    }

    fn change(&self, name: &str, change: impl Fn(&str) -> String) {
        if let Some(text) = self.0.services.caldav.state.objects().get(name) {
            let lines = text.lines().map(|line| change(line) + "\r\n");
            self.0.services.caldav.state.put(name, &lines.collect::<String>());
        }
    }
}

impl There for Caldav<'_> {
    fn names(&self) -> Vec<String> {
        self.0.services.caldav.state.objects().into_keys().collect()
    }

    fn add(&self, title: &str) {
        let uid = format!("uid-{}", title.replace(' ', "-"));
        self.0.services.caldav.state.put(&format!("{uid}.ics"), &Self::object(&uid, title, "NEEDS-ACTION"));
    }

    fn rename(&self, name: &str, title: &str) {
        self.change(name, |line| if line.starts_with("SUMMARY") { format!("SUMMARY:{title}") } else { line.to_owned() });
    }

    fn complete(&self, name: &str) {
        let at = self.0.services.clock.now().format("%Y%m%dT%H%M%SZ");
        let done = |line: &str| line.starts_with("STATUS").then(|| format!("STATUS:COMPLETED\r\nCOMPLETED:{at}"));
        self.change(name, |line| done(line).unwrap_or_else(|| line.to_owned()));
    }

    fn delete(&self, name: &str) {
        self.0.services.caldav.state.remove(name);
    }

    fn fail(&self, fault: Fault) {
        self.0.services.caldav.stand.faults.next(fault);
    }

    fn faults_left(&self) -> usize {
        self.0.services.caldav.stand.faults.left()
    }

    fn all(&self) -> Vec<(String, bool)> {
        let of = |text: &str, name: &str| text.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
        let one =
            |text: String| (of(&text, "SUMMARY:").unwrap_or_default(), of(&text, "STATUS:").as_deref() == Some("COMPLETED"));
        self.0.services.caldav.state.objects().into_values().map(one).collect()
    }
}

fn counted(all: Vec<(String, bool)>) -> BTreeMap<(String, bool), usize> {
    all.into_iter().fold(BTreeMap::new(), |mut counts, one| {
        *counts.entry(one).or_default() += 1;
        counts
    })
}

async fn play(bench: &Bench, there: &dyn There, id: &str, steps: &[Step]) {
    for (number, step) in steps.iter().enumerate() {
        bench.pass(7);
        let tasks = bench.ann.all_pages("/api/tasks", 100).await;
        let here = |at: usize| tasks.get(at % tasks.len().max(1)).cloned();
        let (names, title) = (there.names(), format!("title {number}"));
        let item = |at: usize| names.get(at % names.len().max(1));
        match step {
            Step::AddHere => drop(bench.ann.task_with(json!({ "title": title, "tags": ["out"] })).await),
            Step::RenameHere(at) => {
                if let Some(task) = here(*at) {
                    bench.ann.change_task(&task, json!({ "title": title })).await;
                }
            }
            Step::CompleteHere(at) => {
                if let Some(task) = here(*at) {
                    bench.ann.change_task(&task, json!({ "action": "complete" })).await;
                }
            }
            Step::DeleteHere(at) => {
                if let Some(task) = here(*at) {
                    bench.ann.delete(&task_path(&task)).await;
                }
            }
            Step::AddThere => there.add(&title),
            Step::RenameThere(at) => item(*at).into_iter().for_each(|name| there.rename(name, &title)),
            Step::CompleteThere(at) => item(*at).into_iter().for_each(|name| there.complete(name)),
            Step::DeleteThere(at) => item(*at).into_iter().for_each(|name| there.delete(name)),
            Step::LoseAnswer => there.fail(Fault::DropAnswer),
            Step::LoseRequest => there.fail(Fault::DropRequest),
            Step::Sync => {
                let _answer = bench.ann.post_empty(&format!("/api/connections/{id}/sync")).await;
                bench.settle().await;
            }
        }
    }
    let mut quiet = 0;
    while quiet < 8 {
        // Nothing fails any more.
        quiet += u32::from(there.faults_left() == 0);
        bench.pass(400);
        let shown = bench.connection(id).await;
        if shown["status"] == "halted" {
            let resume = format!("/api/connections/{id}/resume");
            bench.ann.post(&resume, json!({ "missing": "delete" })).await;
        }
        let _answer = bench.ann.post_empty(&format!("/api/connections/{id}/sync")).await;
        bench.settle().await;
    }
}

async fn same_in_the_end(service: &str, steps: &[Step]) {
    let bench = Bench::new().await;
    let (id, there): (String, Box<dyn There>) = match service {
        "todoist" => (bench.todoist().await, Box::new(Todoist(&bench))),
        "github" => {
            let settings = json!({ "repositories": [REPOSITORY], "new_in": REPOSITORY, "outgoing": { "tag": "out" } });
            (bench.github(settings).await, Box::new(Github(&bench)))
        }
        _ => (bench.caldav().await, Box::new(Caldav(&bench))),
    };
    // A service that lists only what is open says nothing of what was done before it was first asked.
    bench.settle().await;
    play(&bench, &*there, &id, steps).await;
    let tasks = bench.ann.all_pages("/api/tasks", 100).await;
    let here = tasks.iter().map(|task| (text(task, "title"), task["completed"] == true)).collect();
    let shown = bench.connection(&id).await;
    assert_eq!(counted(here), counted(there.all()), "{service}: {shown}");
    assert_eq!(
        (&shown["status"], &shown["counts"]["waiting"], &shown["counts"]["failed"]),
        (&json!("active"), &json!(0), &json!(0))
    );
}

fn histories(service: &'static str, cases: u32) {
    let config = ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 60, ..ProptestConfig::default() };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner = TestRunner::new(config);
    let result = runner.run(&steps(), |steps| {
        let played =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| runtime.block_on(same_in_the_end(service, &steps))));
        played.map_err(|panic| {
            let said = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            TestCaseError::fail(said)
        })
    });
    if let Err(failed) = result {
        panic!("{failed}");
    }
}

#[test]
fn todoist_is_the_same_in_the_end() {
    histories("todoist", 12);
}

#[test]
fn github_is_the_same_in_the_end() {
    histories("github", 12);
}

#[test]
fn caldav_is_the_same_in_the_end() {
    histories("caldav", 12);
}
