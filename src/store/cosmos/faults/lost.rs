//! Writes that were carried out and whose answer was lost, and conflicts that look like it.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_happened_is_a_success() {
    let bench = Bench::lost(Operation::CreateItem).await;
    let etags = bench.store.commit(batch(2, vec![Write::Create(thing("2", "2"))])).await.expect("created");
    assert_eq!(bench.rule.hit_count(), 1);
    assert_eq!(bench.store.get(key("2")).await.expect("read").expect("there").etag, etags[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_that_happened_is_a_success() {
    let bench = Bench::lost(Operation::ReplaceItem).await;
    let etags = bench.store.commit(batch(2, vec![bench.replace("2")])).await.expect("replaced");
    assert_eq!(bench.rule.hit_count(), 1);
    let read = bench.store.get(key("1")).await.expect("read").expect("there");
    assert_eq!((read.etag, read.body.as_str()), (etags[0].clone(), "2"));
    bench.store.commit(batch(3, vec![Write::Replace(thing("1", "3"), etags[0].clone())])).await.expect("its etag holds");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burial_that_happened_is_a_success() {
    let bench = Bench::lost(Operation::ReplaceItem).await;
    bench.store.commit(batch(2, vec![bench.delete()])).await.expect("deleted");
    assert_eq!((bench.rule.hit_count(), body(&bench.store, "1").await), (1, None));
    assert_eq!(bench.everything().await[0].seq, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_happened_is_a_success() {
    for etag in [None, Some(())] {
        let bench = Bench::lost(Operation::DeleteItem).await;
        let etag = etag.map(|()| bench.etag.clone());
        bench.store.commit(batch(2, vec![Write::Remove { kind: "things".into(), id: "1".into(), etag }])).await.expect("removed");
        assert_eq!(bench.rule.hit_count(), 1);
        assert!(bench.everything().await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_happened_is_a_success() {
    let bench = Bench::lost(Operation::BatchItem).await;
    let writes = vec![bench.replace("2"), Write::Create(thing("2", "2"))];
    let etags = bench.store.commit(batch(2, writes)).await.expect("both");
    assert_eq!(bench.rule.hit_count(), 1);
    for (id, etag) in ["1", "2"].into_iter().zip(&etags) {
        let read = bench.store.get(key(id)).await.expect("read").expect("there");
        assert_eq!((read.body.as_str(), &read.etag), ("2", etag));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_is_lost_is_met_again() {
    let bench = Bench::lost(Operation::BatchItem).await;
    // The removal of what is not there fails the batch, the repetition too, and only what then follows succeeds.
    let writes = vec![bench.replace("2"), remove("7"), Write::Create(thing("2", "2"))];
    bench.store.commit(batch(2, writes)).await.expect("all");
    assert_eq!(bench.rule.hit_count(), 1);
    assert_eq!((body(&bench.store, "1").await.as_deref(), body(&bench.store, "2").await.as_deref()), (Some("2"), Some("2")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_removals_that_happened_is_a_success() {
    let bench = Bench::lost(Operation::BatchItem).await;
    bench.store.commit(batch(2, vec![Write::Create(thing("2", "2"))])).await.expect("created");
    bench.store.commit(batch(3, vec![remove("1"), remove("2")])).await.expect("removed");
    assert_eq!(bench.rule.hit_count(), 1);
    assert!(bench.everything().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_every_time_leaves_the_outcome_open() {
    let bench = Bench::error(Operation::CreateItem, Fault::ResponseTimeoutAfterService, None).await;
    let answer = bench.store.commit(batch(2, vec![Write::Create(thing("2", "2"))])).await;
    // The repetition meets the first one's document, which is an answer.
    assert!(answer.is_ok(), "{answer:?}");
    assert_eq!(body(&bench.store, "2").await.as_deref(), Some("2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_with_somebody_else_stays_one_after_a_throttling() {
    let bench = Bench::new(Operation::ReplaceItem, throttled("10"), Some(1)).await;
    let healthy = bench.emulator.store(emulator::clock());
    healthy.commit(batch(2, vec![bench.replace("2")])).await.expect("replaced");
    let answer = bench.store.commit(batch(3, vec![bench.replace("3")])).await;
    assert!(matches!(answer, Err(StoreError::Stale(0))), "{answer:?}");
    assert_eq!(bench.rule.hit_count(), 1);
    // A throttled request was not carried out, so there is nothing to be in doubt about.
    let bench = Bench::new(Operation::CreateItem, throttled("10"), Some(1)).await;
    let answer = bench.store.commit(batch(3, vec![Write::Create(thing("1", "3"))])).await;
    assert!(matches!(answer, Err(StoreError::Exists(0))), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_that_may_be_with_itself_is_not_called_one() {
    let bench = Bench::error(Operation::ReplaceItem, Fault::ServiceUnavailable, Some(1)).await;
    let healthy = bench.emulator.store(emulator::clock());
    healthy.commit(batch(2, vec![bench.replace("2")])).await.expect("replaced");
    let answer = bench.store.commit(batch(3, vec![bench.replace("3")])).await;
    assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    assert_eq!(body(&bench.store, "1").await.as_deref(), Some("2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_batch_names_the_culprit() {
    let bench = Bench::error(Operation::ReadItem, Fault::ServiceUnavailable, Some(0)).await;
    let other = Write::Create(thing("2", "2"));
    let exists = bench.store.commit(batch(2, vec![other.clone(), bench.replace("2"), Write::Create(thing("1", "3"))])).await;
    assert!(matches!(exists, Err(StoreError::Exists(2))), "{exists:?}");
    let healthy = bench.emulator.store(emulator::clock());
    healthy.commit(batch(3, vec![bench.replace("2")])).await.expect("replaced");
    for (index, write) in [bench.replace("3"), bench.delete()].into_iter().enumerate() {
        let mut writes = vec![other.clone(); index + 1];
        writes.iter_mut().enumerate().for_each(|(n, write)| *write = Write::Create(thing(&format!("o{n}"), "1")));
        writes.push(write);
        let stale = bench.store.commit(batch(4, writes)).await;
        assert!(matches!(&stale, Err(StoreError::Stale(at)) if *at == index + 1), "{stale:?}");
    }
    assert_eq!(bench.everything().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_never_left_leaves_nothing_in_doubt() {
    let bench = Bench::error(Operation::ReplaceItem, Fault::ConnectionError, Some(1)).await;
    let healthy = bench.emulator.store(emulator::clock());
    healthy.commit(batch(2, vec![bench.replace("2")])).await.expect("replaced");
    let answer = bench.store.commit(batch(3, vec![bench.replace("3")])).await;
    assert!(matches!(answer, Err(StoreError::Stale(0))), "{answer:?}");
    assert_eq!(bench.rule.hit_count(), 1);
}
