//! The store when the service throttles, fails, stalls, refuses the key, or carries a write out and its answer is lost.

mod answers;
mod keys;
mod lost;

use std::sync::Arc;

use azure_data_cosmos::fault_injection::{
    CustomResponseBuilder, FaultInjectionConditionBuilder, FaultInjectionErrorType as Fault, FaultInjectionResult,
    FaultInjectionResultBuilder, FaultInjectionRule, FaultInjectionRuleBuilder, FaultOperationType as Operation,
};

use super::{
    emulator::{self, Emulator},
    tests::{batch, body, key, part, remove, thing},
    *,
};
use crate::{
    kernel::{Limit, PageRequest, Timestamp},
    store::Write,
};

/// A store with one document, `1`, whose requests of one kind will meet a fault.
struct Bench {
    emulator: Emulator,
    store: Cosmos,
    rule: Arc<FaultInjectionRule>,
    etag: Etag,
}

impl Bench {
    async fn new(operation: Operation, result: FaultInjectionResult, times: Option<u32>) -> Self {
        let emulator = Emulator::start();
        let rule = rule(operation, result, times);
        let healthy = emulator.store(emulator::clock());
        let etag = healthy.commit(batch(1, vec![Write::Create(thing("1", "1"))])).await.expect("created").remove(0);
        let store = emulator.store_with(emulator::credentials(), emulator::clock(), vec![rule.clone()]);
        Self { emulator, store, rule, etag }
    }

    async fn error(operation: Operation, fault: Fault, times: Option<u32>) -> Self {
        Self::new(operation, FaultInjectionResultBuilder::new().with_error(fault).build(), times).await
    }

    /// Carried out, and the answer lost, once.
    async fn lost(operation: Operation) -> Self {
        Self::error(operation, Fault::ResponseTimeoutAfterService, Some(1)).await
    }

    fn delete(&self) -> Write {
        let at = emulator::clock().now();
        let forget_at = Timestamp::from_micros(at.micros() + 1_000_000);
        Write::Tombstone {
            kind: "things".into(),
            id: "1".into(),
            seq: 2,
            published: true,
            at,
            forget_at,
            etag: self.etag.clone(),
        }
    }

    fn replace(&self, body: &str) -> Write {
        Write::Replace(thing("1", body), self.etag.clone())
    }

    async fn everything(&self) -> Vec<Document> {
        let query = Query::Everything { partition: part(), page: PageRequest::first(Limit::MAX) };
        self.store.query(query).await.expect("all").items
    }
}

/// Makes requests of one kind meet a fault, some times or always.
fn rule(operation: Operation, result: FaultInjectionResult, times: Option<u32>) -> Arc<FaultInjectionRule> {
    let condition = FaultInjectionConditionBuilder::new().with_operation_type(operation).build();
    let rule = FaultInjectionRuleBuilder::new("fault", result).with_condition(condition);
    Arc::new(times.into_iter().fold(rule, FaultInjectionRuleBuilder::with_hit_limit).build())
}

/// An answer that the service gives instead of doing anything.
fn answered(status: u16) -> FaultInjectionResultBuilder {
    FaultInjectionResultBuilder::new().with_custom_response(CustomResponseBuilder::new(status.into()).build())
}

fn throttled(retry_after: &str) -> FaultInjectionResult {
    let response = CustomResponseBuilder::new(429.into()).with_sub_status(3200);
    let response = response.with_header("x-ms-retry-after-ms", retry_after.to_owned()).build();
    FaultInjectionResultBuilder::new().with_custom_response(response).build()
}
