//! Several operations on tasks in one request.

use super::{
    edits::Edits,
    operations::{Applied, Operation},
    service::{Creation, TaskService},
};
use crate::{
    kernel::{Created, Ctx, Error, IdempotencyKey, Owner, Result},
    ledger::Decision,
};

impl TaskService {
    /// All of them in one commit, in order, so that later ones see what earlier ones did; or none. Errors: that of the first
    /// operation that fails, with its index; `BodyTooLarge` when one commit does not hold them; `IdempotencyKeyReused`.
    pub async fn apply_together(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        operations: Vec<Result<Operation>>,
        key: Option<&IdempotencyKey>,
    ) -> Result<Created<Vec<Applied>>> {
        // What cannot be read is told only when nothing before it fails.
        let mut good = Vec::with_capacity(operations.len());
        let mut unreadable = None;
        for operation in operations {
            match operation {
                Ok(operation) => good.push(operation),
                Err(error) => {
                    unreadable = Some(error.at_index(good.len()));
                    break;
                }
            }
        }
        let (good, readable) = (&good[..], unreadable.is_none());
        let done = self
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep(Some(first)));
                    }
                    let mut edits = Edits::new(change, &self.sessions, owner);
                    let mut applied = Vec::with_capacity(good.len());
                    for (index, operation) in good.iter().enumerate() {
                        applied.push(edits.apply(operation).await.map_err(|error| error.at_index(index))?);
                    }
                    if !readable {
                        return Ok(Decision::Keep(None));
                    }
                    edits.settle(&mut applied);
                    let changed = edits.queue()?;
                    change.remember(key, &applied)?;
                    let done = Some(Created::now(applied));
                    Ok(if changed || key.is_some() { Decision::Write(done) } else { Decision::Keep(done) })
                })
            })
            .await?;
        match (done, unreadable) {
            (Some(done), _) => Ok(done),
            (None, Some(error)) => Err(error),
            (None, None) => Err(Error::internal("operations that were neither done nor refused")),
        }
    }

    /// Each of them for itself, in order: what fails keeps nothing else from being done. A repetition under the key creates
    /// nothing twice.
    pub async fn apply_each(
        &self,
        ctx: &Ctx,
        owner: Owner,
        operations: Vec<Result<Operation>>,
        key: Option<&IdempotencyKey>,
    ) -> Vec<Result<Applied>> {
        let mut results = Vec::with_capacity(operations.len());
        for (index, operation) in operations.into_iter().enumerate() {
            let result = match operation {
                Ok(Operation::Create(new)) => {
                    let key = key.map(|key| key.of_part(index));
                    self.create(ctx, owner, &new, key.as_ref()).await.map(Creation::applied)
                }
                Ok(operation) => self.apply(ctx, owner, &operation).await,
                Err(error) => Err(error),
            };
            results.push(result);
        }
        results
    }
}
