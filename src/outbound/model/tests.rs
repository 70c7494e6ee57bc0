//! The client against a host that does as it is told.

use std::{sync::Arc, time::Duration};

use sandbox::{
    Clock as StandClock, Fault, Reply, Running, Stand, When,
    model::{self as host, KEY, NAME, Says},
};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Call, Ended, LimitField, Model, Patience, Question, Said, Settings, Tool, Unanswered};
use crate::{
    credentials::CredentialManager,
    kernel::{ManualClock, Timestamp},
    outbound::http::{Outgoing, Policy},
};

const QUESTION: Question<'static> = Question {
    instructions: "Repeat it.",
    input: r#"{"paragraphs":[{"text":"Hello!"}]}"#,
    tools: &[],
    most_tokens: 50,
    within: None,
};

struct World {
    host: Running<host::State>,
    clock: Arc<ManualClock>,
    model: Model,
}

impl World {
    async fn new() -> Self {
        Self::with("AVANOCHI_LLM_KEY", KEY, NAME, LimitField::Auto).await
    }

    async fn with(setting: &'static str, key: &'static str, name: &str, limit_field: LimitField) -> Self {
        let host = host::start(Stand::new(StandClock::machine()), 0).await.expect("started");
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_795_000_000_000_000)));
        let secrets = CredentialManager::new(move |name| (name == setting).then(|| SecretString::from(key)), clock.clone());
        let settings = Settings { url: host.url.parse().expect("an address"), model: name.to_owned(), limit_field };
        let patience =
            Patience { first: Duration::from_millis(600), between: Duration::from_millis(600), whole: Duration::from_secs(2) };
        let out = Arc::new(Outgoing::new(&Policy::default()));
        let model = Model::new(settings, out, Arc::new(secrets), clock.clone(), patience);
        Self { host, clock, model }
    }

    async fn ask(&self) -> Result<Said, Unanswered> {
        self.model.ask(&QUESTION).await
    }

    async fn text(&self) -> String {
        self.ask().await.expect("an answer").text
    }

    fn asked(&self) -> usize {
        self.host.stand.log.take().len()
    }

    fn reply(&self, reply: Reply) {
        self.host.stand.faults.next(Fault::Instead(reply));
    }
}

#[tokio::test]
async fn an_answer_comes_in_pieces_or_whole() {
    let world = World::new().await;
    let said = world.ask().await.expect("an answer");
    assert_eq!((said.text.as_str(), said.ended), ("Hello!", Ended::ByItself));
    assert!(said.tokens.is_some_and(|tokens| tokens > 50), "{said:?}");
    let logged = &world.host.stand.log.take()[0];
    assert_eq!((logged.method.as_str(), logged.path.as_str()), ("POST", "/v1/chat/completions"));
    world.host.state.says(Says::Whole("Good day! ¡Olé!".to_owned()));
    assert_eq!(world.text().await, "Good day! ¡Olé!");
    for (says, ended) in [
        (Says::Cut("Hello".to_owned()), Ended::Interrupted),
        (Says::Breaks("Hello".to_owned()), Ended::Interrupted),
        (Says::TooLong("Hello".to_owned()), Ended::TooLong),
    ] {
        world.host.state.says(says);
        let said = world.ask().await.expect("some of it");
        assert_eq!((said.text.as_str(), said.ended), ("Hello", ended));
    }
    world.host.stand.faults.next(Fault::Truncated);
    let half = world.ask().await;
    assert!(matches!(half, Err(Unanswered::Failed) | Ok(Said { ended: Ended::Interrupted, .. })), "{half:?}");
}

#[tokio::test]
async fn tools_are_offered_and_called_in_any_form() {
    let world = World::new().await;
    let parameters = json!({ "type": "object", "properties": { "n": { "type": "integer" } } });
    let tools = [Tool { name: "count", description: "Counts.", parameters: parameters.clone() }];
    let question = Question { tools: &tools, ..QUESTION };
    let call = |name: &str, arguments: &str| (name.to_owned(), arguments.to_owned());
    let one = vec![call("count", r#"{"n":1,"why":"¿Qué?"}"#)];
    let two = vec![one[0].clone(), call("other", "no JSON")];
    for (says, expected) in [
        (Says::Calls(one.clone()), &one),
        (Says::Calls(two.clone()), &two),
        (Says::Unnumbered(one.clone()), &one),
        (Says::Unnumbered(two.clone()), &two),
        (Says::WholeCalls(two.clone()), &two),
    ] {
        let told = format!("{says:?}");
        world.host.state.says(says);
        let said = world.model.ask(&question).await.expect("calls");
        let calls: Vec<_> = said.calls.into_iter().map(|Call { name, arguments }| (name, arguments)).collect();
        assert_eq!((&calls, said.ended, said.tokens.is_some()), (expected, Ended::ByItself, true), "{told}");
    }
    world.host.state.says(Says::EndlessCall("count".to_owned()));
    assert_eq!(world.model.ask(&question).await.map(|said| said.ended), Ok(Ended::Interrupted));
    let said = world.model.ask(&question).await.expect("a text");
    assert_eq!((said.text.as_str(), said.calls.len()), ("none", 0));
    // None are offered where none are there, and nobody is told to call one, which some hosts cannot be.
    world.ask().await.expect("a text");
    let bodies: Vec<Value> =
        world.host.stand.log.take().iter().map(|asked| serde_json::from_str(&asked.body).expect("JSON")).collect();
    let function = json!({ "name": "count", "description": "Counts.", "parameters": parameters });
    assert_eq!(bodies[0]["tools"], json!([{ "type": "function", "function": function }]));
    assert_eq!(bodies[0].get("tool_choice").or(bodies[7].get("tools")), None);
}

#[tokio::test]
async fn whoever_cannot_wait_as_long_as_others_is_answered_in_time() {
    let world = World::new().await;
    let question = Question { within: Some(Duration::from_millis(200)), ..QUESTION };
    // What is too slow for one is not too slow for others, who go on asking.
    for _ in 0..6 {
        world.host.state.says(Says::Silent);
        assert_eq!(world.model.ask(&question).await, Err(Unanswered::TooSlow));
    }
    assert_eq!(world.text().await, "Hello!");
    // Nor is anything waited for that would come too late.
    world.reply(Reply { headers: vec![("retry-after", "1".to_owned())], ..Reply::status(429) });
    assert_eq!(world.model.ask(&question).await, Err(Unanswered::Busy));
}

#[tokio::test]
async fn nothing_is_waited_for_for_ever() {
    let world = World::new().await;
    let slow = Duration::from_secs(10);
    world.host.stand.faults.next(Fault::Slow(slow));
    assert_eq!(world.ask().await, Err(Unanswered::TooSlow));
    world.host.state.says(Says::Silent);
    assert_eq!(world.ask().await, Err(Unanswered::TooSlow));
    world.host.state.says(Says::Endless);
    assert_eq!(world.ask().await.map(|said| said.ended), Ok(Ended::Interrupted));
}

#[tokio::test]
async fn each_failure_is_of_a_kind_and_says_nothing_of_the_hosts() {
    let words = "the secret words of the host";
    for (reply, why, asked) in [
        (Reply::body(500, words), Unanswered::Failed, 1),
        (Reply::body(200, words), Unanswered::Failed, 1),
        (Reply::body(200, r#"{"choices":[]}"#), Unanswered::Failed, 1),
        (Reply::body(302, words), Unanswered::Failed, 1),
        (Reply::body(400, words), Unanswered::Failed, 1),
        (Reply::body(404, words), Unanswered::Refused, 1),
        (Reply::body(429, words), Unanswered::Busy, 1),
        (Reply { headers: vec![("retry-after", "6".to_owned())], ..Reply::body(429, words) }, Unanswered::Busy, 1),
        (
            Reply {
                headers: vec![("retry-after", "0".to_owned())],
                ..Reply::body(429, r#"{"error":{"code":"insufficient_quota"}}"#)
            },
            Unanswered::Busy,
            1,
        ),
        (
            Reply::body(400, r#"{"error":{"code":"content_filter","message":"the secret words of the host"}}"#),
            Unanswered::Filtered,
            1,
        ),
    ] {
        let world = World::new().await;
        let told = format!("{reply:?}");
        world.reply(reply);
        assert_eq!(world.ask().await, Err(why), "{told}");
        assert_eq!(world.asked(), asked, "{told}");
        assert!(!format!("{why} {why:?}").contains("secret"));
    }
    let world = World::new().await;
    world.host.stand.faults.next(Fault::DropAnswer);
    assert_eq!(world.ask().await, Err(Unanswered::Failed));
    world.host.state.says(Says::Filtered);
    assert_eq!(world.ask().await, Err(Unanswered::Filtered));
}

#[tokio::test]
async fn what_can_be_mended_is_tried_once_more() {
    let world = World::new().await;
    world.reply(Reply { headers: vec![("retry-after", "0".to_owned())], ..Reply::status(429) });
    assert_eq!((world.text().await.as_str(), world.asked()), ("Hello!", 2));
    world.reply(Reply { headers: vec![("retry-after-ms", "20".to_owned())], ..Reply::status(429) });
    world.reply(Reply { headers: vec![("retry-after-ms", "20".to_owned())], ..Reply::status(429) });
    assert_eq!((world.ask().await, world.asked()), (Err(Unanswered::Busy), 2));
    world.reply(Reply::status(401));
    assert_eq!((world.text().await.as_str(), world.asked()), ("Hello!", 2));

    // The other name of the limit is remembered.
    world.host.state.takes_limits_as("max_completion_tokens");
    assert_eq!((world.text().await.as_str(), world.asked()), ("Hello!", 2));
    assert_eq!((world.text().await.as_str(), world.asked()), ("Hello!", 1));
    let fixed = World::with("AVANOCHI_LLM_KEY", KEY, NAME, LimitField::MaxTokens).await;
    fixed.host.state.takes_limits_as("max_completion_tokens");
    assert_eq!((fixed.ask().await, fixed.asked()), (Err(Unanswered::Failed), 1));
}

#[tokio::test]
async fn the_key_is_where_it_is_looked_for() {
    assert_eq!(World::with("OPENAI_API_KEY", KEY, NAME, LimitField::Auto).await.text().await, "Hello!");
    let wrong = World::with("AVANOCHI_LLM_KEY", "another", NAME, LimitField::Auto).await;
    assert_eq!((wrong.ask().await, wrong.asked()), (Err(Unanswered::Refused), 2));
    let without = World::with("NONE", KEY, NAME, LimitField::Auto).await;
    assert_eq!(without.ask().await, Err(Unanswered::Refused));
    assert!(without.host.stand.log.all().iter().all(|asked| !asked.headers.contains_key("authorization")));
    let unknown = World::with("AVANOCHI_LLM_KEY", KEY, "another", LimitField::Auto).await;
    assert_eq!((unknown.ask().await, unknown.asked()), (Err(Unanswered::Refused), 1));
    assert!(!format!("{:?}", wrong.model).contains("another\""), "no secret is shown");
}

#[tokio::test]
async fn a_host_that_keeps_failing_is_left_alone_for_a_while() {
    let world = World::new().await;
    for _ in 0..5 {
        world.host.stand.faults.on(When::method("POST"), Fault::Instead(Reply::status(500)));
        assert_eq!(world.ask().await, Err(Unanswered::Failed));
    }
    assert_eq!((world.ask().await, world.asked()), (Err(Unanswered::Paused), 5));
    world.clock.advance_micros(10_000_000);
    assert_eq!((world.text().await.as_str(), world.asked()), ("Hello!", 1));
}
