//! The forms that use cases have: create, change or delete one document and whatever follows from it, in one commit. A
//! use case gives its decision, which sees what was read and queues what is to be written; it may be run again.

use std::pin::Pin;

use serde::{Serialize, de::DeserializeOwned};

use super::{Counted, Ledger, Transaction};
use crate::{
    kernel::{Created, Error, IdempotencyKey, Owner, Precondition, Resource, Result, Versioned},
    store::{Entity, Partition, Stored},
};

/// What a decision came to.
#[derive(Debug)]
pub enum Decision<R> {
    /// What was queued is to be written; this is then the answer.
    Write(R),
    /// Nothing is to be written.
    Keep(R),
}

/// One attempt at a use case. Boxed, since a future that borrows the transaction has no type that could be named here.
pub type Attempt<'t, R> = Pin<Box<dyn Future<Output = Result<Decision<R>>> + Send + 't>>;

impl Ledger {
    /// Runs a use case that reads more than one document: `attempt` reads, decides and queues, once more from the start
    /// when somebody else was faster. Errors: `NotFound` when there is no such user, and those of the attempt.
    pub async fn run<'a, R>(
        &'a self,
        owner: Owner,
        mut attempt: impl for<'t> FnMut(&'t mut Transaction<'a>) -> Attempt<'t, R> + Send,
    ) -> Result<R> {
        let mut change = Transaction::begin(self, owner.id()).await?;
        loop {
            match attempt(&mut change).await {
                Ok(Decision::Keep(answer)) => return Ok(answer),
                Ok(Decision::Write(answer)) => {
                    if change.commit().await? {
                        return Ok(answer);
                    }
                }
                // What was read after the summary may be newer, and be what an earlier delivery of this request has made.
                Err(error) => {
                    if !change.begun_anew().await? {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Replaces the document under the id by what `decide` makes of it, unless that is `None`. Errors: `NotFound`,
    /// `StaleEtag`.
    pub async fn edit<T: Counted + Resource>(
        &self,
        owner: Owner,
        id: &str,
        expected: &Precondition,
        mut decide: impl FnMut(&T, &mut Transaction<'_>) -> Result<Option<T>> + Send,
    ) -> Result<Versioned<T>> {
        let mut change = Transaction::begin(self, owner.id()).await?;
        loop {
            let read = change.load::<T>(id, expected).await?;
            let Some(value) = decide(&read.value, &mut change)? else { return Ok(read.versioned()) };
            change.replace(&value, &read)?;
            let version = change.version();
            if change.commit().await? {
                return Ok(Versioned { value, version });
            }
        }
    }

    /// Deletes the document under the id; `also` queues what else follows. Errors: `NotFound`, `StaleEtag`.
    pub async fn delete<T: Counted + Resource>(
        &self,
        owner: Owner,
        id: &str,
        expected: &Precondition,
        mut also: impl FnMut(&T, &mut Transaction<'_>) -> Result<()> + Send,
    ) -> Result<()> {
        let mut change = Transaction::begin(self, owner.id()).await?;
        loop {
            let read = change.load::<T>(id, expected).await?;
            also(&read.value, &mut change)?;
            change.delete(&read);
            if change.commit().await? {
                return Ok(());
            }
        }
    }

    /// The document under the id. Errors: `NotFound`.
    pub async fn load<T: Counted + Resource>(&self, owner: Owner, id: &str) -> Result<Stored<T>> {
        let found = self.collection::<T>().get(Partition::of(owner.id()), id).await?;
        found.ok_or_else(|| Error::not_found(T::NOUN))
    }
}

impl Transaction<'_> {
    /// The answer to an earlier delivery of the request with this key, for use cases with an attempt of their own.
    pub async fn replayed<T: DeserializeOwned>(&self, key: Option<&IdempotencyKey>) -> Result<Option<Created<T>>> {
        Ok(self.replay(key).await?.map(Created::before))
    }

    /// Queues a new document and what is remembered of it under the key.
    pub fn created<T: Counted>(&mut self, value: T, key: Option<&IdempotencyKey>) -> Result<Versioned<T>>
    where
        Versioned<T>: Serialize,
    {
        self.create(&value)?;
        let made = Versioned { value, version: self.version() };
        self.remember(key, &made)?;
        Ok(made)
    }

    /// The document under the id, if there is one.
    pub async fn find<T: Entity>(&self, id: &str) -> Result<Option<Stored<T>>> {
        Ok(self.collection::<T>().get(self.partition(), id).await?)
    }

    /// The documents under some ids, as far as they are there, in one request.
    pub async fn find_all<T: Entity>(&self, ids: Vec<String>) -> Result<Vec<Stored<T>>> {
        Ok(self.collection::<T>().get_all(&self.partition(), ids).await?)
    }

    /// The document under the id, as the caller believes it to be. Errors: `NotFound`, `StaleEtag`.
    pub async fn load<T: Counted + Resource>(&self, id: &str, expected: &Precondition) -> Result<Stored<T>> {
        let read = self.find::<T>(id).await?.ok_or_else(|| Error::not_found(T::NOUN))?;
        expected.check(read.op)?;
        Ok(read)
    }
}
