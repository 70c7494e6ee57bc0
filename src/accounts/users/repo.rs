//! Where users are kept: each in the partition that is their own.

use std::sync::Arc;

use super::model::User;
use crate::{
    kernel::{Page, PageRequest, Result, Timestamp, UserId},
    ledger::Counted,
    store::{Collection, Entity, Partition, Places, Store, Stored},
};

impl Entity for User {
    const KIND: &'static str = "users";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(Timestamp::micros(self.created_at)), None, None, None]
    }
}

impl Counted for User {}

#[derive(Debug, Clone)]
pub struct UserRepo(Collection<User>);

impl UserRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(Collection::new(store))
    }

    pub async fn get(&self, id: UserId) -> Result<Option<Stored<User>>> {
        Ok(self.0.get(Partition::of(id), id.to_string()).await?)
    }

    /// Everybody, oldest account first.
    pub async fn list(&self, page: PageRequest) -> Result<Page<User>> {
        Ok(self.0.list(None, None, page).await?)
    }
}
