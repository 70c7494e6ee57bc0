//! Consents that several processes renew, each of which may die of it. They share an account, since only one process at a time
//! opens the embedded store.

use std::{
    thread,
    time::{Duration, Instant},
};

use sandbox::{
    Clock, Fault, Reply, Running, Stand,
    microsoft::{self, Microsoft},
    oauth::{CLIENT_ID, CLIENT_SECRET, Manners, Oauth},
    todoist,
};
use serde_json::json;

use crate::{
    consents::{set_cookie, ways_back},
    support::{
        Answer,
        http::{Http, eventually},
        process::Process,
        served_emulator::ServedEmulator,
    },
};

/// For how long a process that renews keeps others from it.
const HOLD: Duration = Duration::from_secs(30);
const PUBLIC: &str = "https://avanochi.example";

/// A service, and where one consents for it.
struct Service<S> {
    api: Running<S>,
    consents: Running<Oauth>,
}

impl<S> Service<S> {
    /// How often tokens were asked for since the last time.
    fn asked(&self) -> usize {
        self.consents.stand.log.take().iter().filter(|asked| asked.method == "POST").count()
    }
}

struct World {
    emulator: ServedEmulator,
    folder: tempfile::TempDir,
    graph: Service<Microsoft>,
    /// Ends the consent when a refresh token comes twice.
    strict: Service<todoist::State>,
}

impl World {
    /// `grace`: for how long Microsoft takes a refresh token that was used.
    fn start(grace: Duration) -> Self {
        let emulator = ServedEmulator::start();
        let stand = || Stand::new(Clock::machine());
        let manners = |token, grace| Manners { token: Some(token), grace, ..Manners::default() };
        let (graph, strict) = emulator.runtime().block_on(async {
            let consents = |manners| Oauth::start(Clock::machine(), manners, 0);
            let graph = Service {
                api: microsoft::start(stand(), 0).await.expect("started"),
                consents: consents(manners(microsoft::TOKEN, grace)).await.expect("started"),
            };
            let strict = Service {
                api: todoist::start(stand(), 0).await.expect("started"),
                consents: consents(manners(todoist::TOKEN, Duration::ZERO)).await.expect("started"),
            };
            (graph, strict)
        });
        Self { emulator, folder: tempfile::tempdir().expect("a folder"), graph, strict }
    }

    /// Of all processes the keys are the same, since their folder is.
    fn process(&self) -> Process {
        let (graph, strict) = (&self.graph, &self.strict);
        self.emulator
            .program(self.folder.path())
            .set("AVANOCHI_PUBLIC_URL", PUBLIC)
            .set("OUTBOUND_ALLOW_PRIVATE", "127.0.0.1/32")
            .set("MICROSOFT_GRAPH_URL", &format!("{}/v1.0", graph.api.url))
            .set("MICROSOFT_LOGIN_URL", &graph.consents.url)
            .set("MICROSOFT_CLIENT_ID", CLIENT_ID)
            .set("MICROSOFT_CLIENT_SECRET", CLIENT_SECRET)
            .set("TODOIST_API_URL", &strict.api.url)
            .set("TODOIST_LOGIN_URL", &strict.consents.url)
            .set("TODOIST_TOKEN_URL", &format!("{}/oauth/access_token", strict.consents.url))
            .set("TODOIST_CLIENT_ID", CLIENT_ID)
            .set("TODOIST_CLIENT_SECRET", CLIENT_SECRET)
            .start()
    }

    /// A connection by a consent whose access token has ended. It is paused, so that only those who ask use it. Its path.
    fn connect(&self, ann: &Http, provider: &str, consents: &Running<Oauth>) -> String {
        let made = ann.post("/api/connections", &json!({ "provider": provider, "settings": {} }));
        assert_eq!(made.status, 201, "{made:?}");
        let path = format!("/api/connections/{}", made.text("id"));
        assert_eq!(ann.send("POST", &format!("{path}/pause"), None).status, 200);
        let (_, refresh) = consents.state.grant();
        let tokens = json!({ "access_token": "one that has ended", "refresh_token": refresh, "expires_in": 0 });
        consents.stand.faults.next(Fault::Instead(Reply::body(200, &tokens.to_string())));
        let begun = ann.get(&format!("{path}/authorize"));
        let [allow, _] = self.emulator.runtime().block_on(ways_back(consents, &begun.text("url")));
        let back = ann.clone().with_header("cookie", &set_cookie(&begun)).get(&allow);
        assert_eq!(back.status, 303, "{back:?}");
        assert!(back.header("location").is_some_and(|to| to.ends_with("&result=ok")), "{back:?}");
        consents.stand.log.take();
        path
    }
}

/// Asks the service for something.
fn use_it(user: &Http, connection: &str) -> Answer {
    user.get(&format!("{connection}/lists"))
}

#[test]
fn fifty_users_of_one_expired_consent_in_three_processes_ask_once() {
    let world = World::start(Duration::ZERO);
    let processes = [(); 3].map(|()| world.process());
    let ann = processes[0].http().user("ann");
    let service = &world.graph;
    let path = &world.connect(&ann, "microsoft_todo", &service.consents);
    service.consents.stand.faults.next(Fault::Slow(Duration::from_millis(300)));
    let answers: Vec<Answer> = thread::scope(|scope| {
        let users = (0..50).map(|user| ann.moved_to(processes[user % 3].address));
        let asking: Vec<_> = users.map(|user| scope.spawn(move || use_it(&user, path))).collect();
        asking.into_iter().map(|asking| asking.join().expect("no panic")).collect()
    });
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200; 50]);
    assert_eq!(service.asked(), 1);
    // Nobody has used the one that had ended.
    assert!(service.api.stand.log.all().iter().all(|asked| asked.status == Some(200)));
}

#[test]
fn whoever_dies_between_the_answer_and_keeping_it_is_followed_within_the_hold() {
    let world = World::start(Duration::from_mins(2));
    let (mut dying, living) = (world.process(), world.process());
    let ann = dying.http().user("ann");
    let graceful = world.connect(&ann, "microsoft_todo", &world.graph.consents);
    let strict = world.connect(&ann, "todoist", &world.strict.consents);
    let all = [&world.graph.consents, &world.strict.consents];
    for consents in all {
        consents.stand.faults.next(Fault::Slow(2 * HOLD));
    }
    let began = Instant::now();
    thread::scope(|scope| {
        let asking = [&graceful, &strict].map(|path| {
            let ann = &ann;
            scope.spawn(move || ann.try_send("GET", &format!("{path}/lists"), None))
        });
        // The services have done it when they begin to be slow.
        eventually("renewed there", || all.iter().all(|consents| consents.state.renewed() == 1).then_some(()));
        dying.kill();
        assert!(asking.into_iter().all(|asking| asking.join().expect("no panic").is_none()));
    });

    // While it is held, others are told when to come again, and the services are left alone.
    let ann = &ann.moved_to(living.address);
    let mut held = 0;
    let answer = loop {
        let answer = use_it(ann, &graceful);
        if answer.status != 503 {
            break answer;
        }
        assert!(answer.header("retry-after").is_some() && began.elapsed() < HOLD, "{answer:?}");
        assert_eq!(world.graph.asked() + world.strict.asked(), 0);
        held += 1;
    };
    assert!(held > 0 && began.elapsed() < HOLD + Duration::from_secs(10), "{held} in {:?}", began.elapsed());
    assert_eq!((answer.status, world.graph.asked()), (200, 1), "{answer:?}");

    // A service that takes no refresh token twice wants the person; it is asked once more, whoever comes.
    let again = world.process();
    for user in [ann, &ann.moved_to(again.address), ann] {
        let refused = use_it(user, &strict);
        assert_eq!(refused.text("code"), "provider_refused", "{refused:?}");
    }
    assert_eq!(world.strict.asked(), 1);
    assert_eq!(ann.send("POST", &format!("{strict}/resume"), None).status, 200);
    eventually("asking the person", || (ann.get(&strict).text("status") == "needs_reauth").then_some(()));
    let nudges = ann.list("/api/nudges");
    assert_eq!(nudges.iter().filter(|nudge| nudge["kind"] == "reconnect").count(), 1, "{nudges:?}");
    assert_eq!((world.strict.asked(), world.graph.asked()), (0, 0), "no storm");
}
