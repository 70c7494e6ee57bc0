//! Writing: one request for a commit, and what is done when its answer is a refusal.
//!
//! The client sends a request again when its answer does not arrive, so that a write which was carried out can be
//! answered with a conflict with itself. What tells the two apart is the operation that every document bears.

use azure_core::http::Etag as ServiceEtag;
use azure_data_cosmos::{
    ContainerClient, CosmosError, TransactionalBatch,
    diagnostics::DiagnosticsContext,
    models::TransactionalBatchOperationResult,
    options::{BatchDeleteOptions, BatchReplaceOptions, ItemWriteOptions, Precondition},
};
use serde_json::Value;

use super::{
    fault::{self, Failure},
    read,
    wire::{self, State, Tombstone, Version},
};
use crate::{
    kernel::Timestamp,
    store::{Batch, Etag, StoreError, Write},
};

/// How often a batch is put together anew because documents have expired or vanished meanwhile. Each time has a
/// reason that somebody else's write must have made, so few are enough.
const ATTEMPTS: usize = 8;

/// One write on its way.
struct Step {
    /// Its place in the batch that the caller knows.
    index: usize,
    id: String,
    action: Action,
}

enum Action {
    /// Over a tombstone or an expired document that is still there, when `over` says which.
    Create {
        document: Value,
        state: State,
        over: Option<String>,
    },
    Replace {
        document: Value,
        state: State,
        etag: String,
    },
    Remove {
        etag: Option<String>,
    },
}

/// How the service answered.
enum Answer {
    /// The new etags, by step.
    Done(Vec<Option<String>>),
    /// Nothing was done because of one step.
    Refused { step: usize, in_doubt: bool },
}

pub async fn commit(container: ContainerClient, batch: &Batch, now: Timestamp) -> Result<Vec<Etag>, Failure> {
    let partition = batch.partition.as_str();
    let mut steps = plan(batch, now)?;
    for _ in 0..ATTEMPTS {
        if steps.is_empty() {
            return Ok(vec![wire::no_etag(); batch.writes.len()]);
        }
        let (step, in_doubt) = match send(&container, partition, &steps).await? {
            Answer::Done(etags) => return Ok(answer(batch, &steps, etags)),
            Answer::Refused { step, in_doubt } => (step, in_doubt),
        };
        if in_doubt && let Some(etags) = recognise(&container, batch, &steps).await? {
            return Ok(etags);
        }
        revise(&container, partition, &mut steps, step, now).await?;
    }
    Err(StoreError::Unavailable(anyhow::anyhow!("the documents of a batch kept changing")).into())
}

fn plan(batch: &Batch, now: Timestamp) -> Result<Vec<Step>, StoreError> {
    let step = |(index, write): (usize, &Write)| {
        let (kind, id) = match write {
            Write::Create(draft) | Write::Replace(draft, _) => (&draft.kind, &draft.id),
            Write::Tombstone { kind, id, .. } | Write::Remove { kind, id, .. } => (kind, id),
        };
        // What cannot be replaced is not asked about: the etag itself says that it has expired or is a tombstone.
        let replaceable = |etag: &Etag| Version::parse(etag).filter(|version| version.replaceable(now));
        let action = match write {
            Write::Create(draft) => Action::Create {
                document: wire::draft(batch, draft, now)?,
                state: State::Live { expires_at: draft.expires_at },
                over: None,
            },
            Write::Replace(draft, etag) => Action::Replace {
                document: wire::draft(batch, draft, now)?,
                state: State::Live { expires_at: draft.expires_at },
                etag: replaceable(etag).ok_or(StoreError::Stale(index))?.etag,
            },
            Write::Tombstone { kind, id, seq, published, at, forget_at, etag } => {
                let tombstone = Tombstone { kind, id, seq: *seq, published: *published, at: *at, forget_at: *forget_at };
                Action::Replace {
                    document: wire::tombstone(batch, &tombstone, now)?,
                    state: State::Tombstone,
                    etag: replaceable(etag).ok_or(StoreError::Stale(index))?.etag,
                }
            }
            Write::Remove { etag: Some(etag), .. } => {
                Action::Remove { etag: Some(Version::parse(etag).ok_or(StoreError::Stale(index))?.etag) }
            }
            Write::Remove { etag: None, .. } => Action::Remove { etag: None },
        };
        Ok(Step { index, id: wire::document_id(kind, id)?, action })
    };
    batch.writes.iter().enumerate().map(step).collect()
}

async fn send(container: &ContainerClient, partition: &str, steps: &[Step]) -> Result<Answer, Failure> {
    match steps {
        [step] => send_one(container, partition, step).await,
        steps => send_all(container, partition, steps).await,
    }
}

/// A single write needs no batch, and costs less without.
async fn send_one(container: &ContainerClient, partition: &str, step: &Step) -> Result<Answer, Failure> {
    let pk = partition.to_owned();
    let on = |etag: &str| ItemWriteOptions::default().with_precondition(if_match(etag));
    let result = match &step.action {
        Action::Create { document, over: None, .. } => container.create_item(pk, &step.id, document, None).await,
        Action::Create { document, over: Some(etag), .. } | Action::Replace { document, etag, .. } => {
            container.replace_item(pk, &step.id, document, Some(on(etag))).await
        }
        Action::Remove { etag } => container.delete_item(pk, &step.id, etag.as_deref().map(on)).await,
    };
    match result {
        Ok(response) => Ok(Answer::Done(vec![response.headers().etag().map(ToString::to_string)])),
        Err(error) if refuses(&error) => {
            Ok(Answer::Refused { step: 0, in_doubt: fault::may_have_happened_before(error.diagnostics().as_deref()) })
        }
        Err(error) => Err(error.into()),
    }
}

async fn send_all(container: &ContainerClient, partition: &str, steps: &[Step]) -> Result<Answer, Failure> {
    let mut request = TransactionalBatch::new(partition.to_owned());
    for step in steps {
        let id = step.id.clone();
        request = match &step.action {
            Action::Create { document, over: None, .. } => request.create_item(document)?,
            Action::Create { document, over: Some(etag), .. } | Action::Replace { document, etag, .. } => {
                request.replace_item(id, document, Some(BatchReplaceOptions::default().with_precondition(if_match(etag))))?
            }
            Action::Remove { etag } => request
                .delete_item(id, etag.as_deref().map(|etag| BatchDeleteOptions::default().with_precondition(if_match(etag)))),
        };
    }
    let response = container.execute_transactional_batch(request, None).await?;
    let diagnostics = response.diagnostics();
    read_results(response.into_model()?.results(), steps, &diagnostics)
}

/// A batch that failed is answered too: the culprit bears a status of its own, all others that of having depended
/// on it.
fn read_results(
    results: &[TransactionalBatchOperationResult],
    steps: &[Step],
    diagnostics: &DiagnosticsContext,
) -> Result<Answer, Failure> {
    const DEPENDED_ON_ANOTHER: u16 = 424;
    let culprit = results.iter().position(|result| !result.is_success() && result.status_code() != DEPENDED_ON_ANOTHER);
    match culprit {
        None if results.len() == steps.len() && results.iter().all(TransactionalBatchOperationResult::is_success) => {
            Ok(Answer::Done(results.iter().map(|result| result.etag().map(ToOwned::to_owned)).collect()))
        }
        Some(step) if step < steps.len() => {
            let status = results[step].status_code();
            match status {
                404 | 409 | 412 => {
                    // The steps before the culprit passed. Had the batch been committed before, the first of them that
                    // depends on an etag would not have: no document ever has an etag again that it once had.
                    let untouched = steps[..step].iter().any(depends_on_etag);
                    let in_doubt = !untouched && fault::may_have_happened_before(Some(diagnostics));
                    Ok(Answer::Refused { step, in_doubt })
                }
                _ => Err(fault::verdict(status, anyhow::anyhow!("write {step} of a batch was answered with {status}")).into()),
            }
        }
        _ => Err(StoreError::Broken(anyhow::anyhow!("a batch was answered without a verdict")).into()),
    }
}

fn depends_on_etag(step: &Step) -> bool {
    match &step.action {
        Action::Create { over: etag, .. } | Action::Remove { etag } => etag.is_some(),
        Action::Replace { .. } => true,
    }
}

fn if_match(etag: &str) -> Precondition {
    Precondition::if_match(ServiceEtag::from(etag.to_owned()))
}

/// Whether the service says that the document is not as the write needs it.
fn refuses(error: &CosmosError) -> bool {
    let status = error.status();
    status.is_conflict() || status.is_precondition_failed() || status.is_not_found()
}

fn answer(batch: &Batch, steps: &[Step], etags: Vec<Option<String>>) -> Vec<Etag> {
    let mut answer = vec![wire::no_etag(); batch.writes.len()];
    for (step, etag) in steps.iter().zip(etags) {
        if let (Action::Create { state, .. } | Action::Replace { state, .. }, Some(etag)) = (&step.action, etag) {
            answer[step.index] = Version { etag, state: *state }.to_etag();
        }
    }
    answer
}

/// Finds out whether the batch was committed after all: its etags, or `None` when it certainly was not.
///
/// One document that bears the operation proves it for all, since they were written together. A document that was
/// written over since gets an etag that no document has. When all of them may have been written over, nothing can be
/// said, and nothing is.
async fn recognise(container: &ContainerClient, batch: &Batch, steps: &[Step]) -> Result<Option<Vec<Etag>>, Failure> {
    let mut etags = vec![wire::no_etag(); batch.writes.len()];
    let (mut proven, mut written, mut left) = (false, false, false);
    for step in steps {
        let stored = read::point(container, batch.partition.as_str(), &step.id).await?;
        match (&step.action, stored) {
            (Action::Remove { .. }, stored) => left |= stored.is_some(),
            (_, Some(stored)) if stored.op == batch.op => {
                proven = true;
                etags[step.index] = stored.version();
            }
            // It was never made, or has been removed since: which, cannot be seen.
            (_, _) => written = true,
        }
    }
    match (proven, written) {
        (true, _) => Ok(Some(etags)),
        (false, true) => Err(StoreError::Unavailable(anyhow::anyhow!("a write met a conflict that may be with itself")).into()),
        // Only removals, and nothing is left of what they were to remove.
        (false, false) if !left => Ok(Some(etags)),
        (false, false) => Ok(None),
    }
}

/// Does what a refusal asks for: changes the steps so that they can succeed, or names the write that cannot.
async fn revise(
    container: &ContainerClient,
    partition: &str,
    steps: &mut Vec<Step>,
    culprit: usize,
    now: Timestamp,
) -> Result<(), Failure> {
    let step = &mut steps[culprit];
    match &mut step.action {
        Action::Create { over, .. } => match read::point(container, partition, &step.id).await? {
            Some(stored) if !stored.visible(now) => *over = Some(stored.etag),
            Some(_) => return Err(StoreError::Exists(step.index).into()),
            None => *over = None,
        },
        Action::Replace { .. } | Action::Remove { etag: Some(_) } => return Err(StoreError::Stale(step.index).into()),
        Action::Remove { etag: None } => {
            let wanted = |step: &Step| matches!(step.action, Action::Remove { etag: None });
            let ids: Vec<&str> = steps.iter().filter(|step| wanted(step)).map(|step| step.id.as_str()).collect();
            // With a single write the refusal itself says that there is nothing.
            let present = if steps.len() == 1 { Vec::new() } else { read::present(container, partition, &ids).await? };
            steps.retain(|step| !wanted(step) || present.contains(&step.id));
        }
    }
    Ok(())
}
