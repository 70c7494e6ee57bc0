//! Requests to a service, through the limits of its connection.

use std::{sync::Arc, time::Duration};

use avanochi::{
    integrations::limits::{Asker, Limited, Limits, Urgency},
    kernel::{Clock as _, RequestId},
    outbound::{
        http::{Outgoing, Policy},
        providers::{
            Failure, Provider as _, ProviderName,
            todoist::{Settings, Todoist},
        },
    },
};
use chrono_tz::Tz;
use sandbox::{Fault, Limit, Reply, Running, todoist};
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

use super::{Shared, fails, stand};

fn provider(there: &Running<todoist::State>, limits: &Arc<Limits>) -> Todoist {
    let asker = Asker {
        provider: ProviderName::Todoist,
        connection: Uuid::from_u128(1),
        user: Uuid::from_u128(2),
        urgency: Urgency::Background,
    };
    let limited = Limited { out: Arc::new(Outgoing::new(&Policy::default())), limits: Arc::clone(limits), asker };
    let (base, clock) = (Url::parse(&there.url).expect("an address"), Arc::new(Shared(there.stand.clock.clone())));
    let token = SecretString::from(todoist::TOKEN);
    Todoist::new(Arc::new(limited), clock, base, token, Settings { list: None }, Tz::UTC)
}

#[tokio::test]
async fn what_is_too_much_is_not_sent() {
    let there = todoist::start(stand(), 0).await.expect("a server");
    let clock = Arc::new(Shared(there.stand.clock.clone()));
    let provider = provider(&there, &Arc::new(Limits::new(clock.clone(), None)));
    // Each for everything, which counts ten.
    let mut sent = 0;
    let failure = loop {
        match provider.lists().await {
            Ok(_) => sent += 1,
            Err(failure) => break failure,
        }
    };
    assert_eq!((sent, there.stand.log.take().len()), (9, 9));
    assert_eq!(failure, Failure::Limited { until: clock.now().plus(Duration::from_secs(10)) });
    there.stand.clock.advance(Duration::from_secs(10));
    assert!(provider.lists().await.is_ok());
}

#[tokio::test]
async fn a_pause_is_kept_by_whoever_asks_next() {
    let there = todoist::start(stand(), 0).await.expect("a server");
    let clock = Arc::new(Shared(there.stand.clock.clone()));
    let limits = Arc::new(Limits::new(clock.clone(), None));
    there.stand.faults.next(Fault::Instead(Reply::limited(Limit::InBody(20))));
    let until = clock.now().plus(Duration::from_secs(20));
    for _ in 0..2 {
        fails(provider(&there, &limits).lists().await, &Failure::Limited { until });
    }
    assert_eq!(there.stand.log.take().len(), 1);
    there.stand.clock.advance(Duration::from_secs(20));
    assert!(provider(&there, &limits).lists().await.is_ok());
}

#[tokio::test]
async fn a_request_bears_the_id_of_what_it_is_part_of() {
    let there = todoist::start(stand(), 0).await.expect("a server");
    let provider = provider(&there, &Arc::new(Limits::new(Arc::new(Shared(there.stand.clock.clone())), None)));
    let id = RequestId::parse("of-a-run").expect("an id");
    id.around(async move { provider.lists().await }).await.expect("lists");
    assert_eq!(there.stand.log.take()[0].headers["x-request-id"], "of-a-run");
}
