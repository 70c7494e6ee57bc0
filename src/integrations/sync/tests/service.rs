//! A service that keeps items, with the weaknesses that services have.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{ALL, value};
use crate::{integrations::sync::project::Fields, kernel::Timestamp, outbound::providers::item::Field};

/// What a service promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// It writes on the condition of a version. Where it does not, an edit between our look and our write is lost.
    pub conditional: bool,
    /// Versions grow; otherwise they are digests of the content.
    pub ordered: bool,
    /// Reads may come from a replica that is behind.
    pub stale: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub fields: Fields,
    pub version: String,
    pub updated_at: Timestamp,
    pub key: Option<Uuid>,
    pub alive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Changed,
    Gone,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub kind: Kind,
    /// All states that an item had; the last is how it is.
    rows: BTreeMap<String, Vec<Row>>,
    count: u64,
    /// Writes by us, by item.
    pub writes: BTreeMap<String, usize>,
    /// All values that were ever there.
    pub seen: BTreeSet<String>,
    /// Values that we wrote over.
    pub overwritten: BTreeSet<String>,
    /// Those that were written by somebody else between our look and our write, where no condition can be given.
    pub unprotected: BTreeSet<String>,
}

impl Service {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            rows: BTreeMap::new(),
            count: 0,
            writes: BTreeMap::new(),
            seen: BTreeSet::new(),
            overwritten: BTreeSet::new(),
            unprotected: BTreeSet::new(),
        }
    }

    pub fn ids(&self) -> Vec<String> {
        self.rows.keys().cloned().collect()
    }

    pub fn row(&self, id: &str) -> Option<&Row> {
        self.rows.get(id)?.last()
    }

    pub fn alive(&self) -> impl Iterator<Item = (&String, &Row)> {
        self.rows.iter().filter_map(|(id, states)| Some((id, states.last()?))).filter(|(_, row)| row.alive)
    }

    /// The item as it is; one state before where the read is stale.
    pub fn get(&self, id: &str, stale: bool) -> Option<Row> {
        let states = self.rows.get(id)?;
        let back = usize::from(stale && self.kind.stale);
        states.get(states.len().saturating_sub(1 + back)).or(states.last()).filter(|row| row.alive).cloned()
    }

    /// The items that were made for a task: copies of one have its key, too.
    pub fn find(&self, key: Uuid) -> impl Iterator<Item = (&String, &Row)> {
        self.alive().filter(move |(_, row)| row.key == Some(key))
    }

    fn put(&mut self, id: &str, fields: Fields, key: Option<Uuid>, alive: bool, now: Timestamp) {
        self.count += 1;
        // It has its own idea of what a title is.
        let fields = Fields { title: fields.title.trim_end_matches('!').to_owned(), ..fields };
        for &field in ALL {
            self.seen.extend(value(field, &fields));
        }
        let version = if self.kind.ordered { format!("{:06}", self.count) } else { format!("{fields:?}") };
        self.rows.entry(id.to_owned()).or_default().push(Row { fields, version, updated_at: now, key, alive });
    }

    /// Somebody else adds an item, or changes one.
    pub fn add(&mut self, fields: Fields, now: Timestamp) {
        let id = format!("item{}", self.count);
        self.put(&id, fields, None, true, now);
    }

    pub fn edit(&mut self, id: &str, now: Timestamp, edit: impl FnOnce(&mut Row)) {
        let Some(mut row) = self.row(id).cloned() else { return };
        let was = row.clone();
        edit(&mut row);
        // Of two items for one task either may become its item: nobody brings one back while there is another.
        let twice = row.alive && !was.alive && row.key.is_some_and(|key| self.find(key).next().is_some());
        if row != was && !twice {
            self.put(id, row.fields, row.key, row.alive, now);
        }
    }

    /// We make an item. Where conditions can be given it is at an address of our choice, so that there is one for each key;
    /// `elsewhere` when that is taken by an item of another task.
    pub fn create(&mut self, key: Uuid, fields: &Fields, elsewhere: bool, now: Timestamp) -> Result<(String, Row), Refused> {
        let ours = self.kind.conditional && !elsewhere;
        let id = if ours { key.to_string() } else { format!("item{}", self.count) };
        if self.row(&id).is_some_and(|row| row.alive) {
            return Err(Refused::Changed);
        }
        *self.writes.entry(id.clone()).or_default() += 1;
        self.put(&id, fields.clone(), Some(key), true, now);
        let row = self.get(&id, false).ok_or(Refused::Gone)?;
        Ok((id, row))
    }

    pub fn update(
        &mut self,
        id: &str,
        expected: &str,
        condition: bool,
        fields: &[Field],
        sent: &Fields,
        now: Timestamp,
    ) -> Result<Row, Refused> {
        let mut row = self.write(id, expected, condition, fields)?;
        let was = row.fields.clone();
        for &field in fields {
            row.fields.take(field, sent);
        }
        self.overwritten.extend(
            ALL.iter()
                .filter(|field| value(**field, &was) != value(**field, &row.fields))
                .filter_map(|field| value(*field, &was)),
        );
        self.put(id, row.fields, row.key, true, now);
        self.row(id).cloned().ok_or(Refused::Gone)
    }

    pub fn delete(&mut self, id: &str, expected: &str, condition: bool, now: Timestamp) -> Result<(), Refused> {
        let row = self.write(id, expected, condition, ALL)?;
        self.overwritten.extend(ALL.iter().filter_map(|field| value(*field, &row.fields)));
        self.put(id, row.fields, row.key, false, now);
        Ok(())
    }

    fn write(&mut self, id: &str, expected: &str, condition: bool, fields: &[Field]) -> Result<Row, Refused> {
        let row = self.row(id).filter(|row| row.alive).cloned().ok_or(Refused::Gone)?;
        if row.version != expected {
            if condition && self.kind.conditional {
                return Err(Refused::Changed);
            }
            self.unprotected.extend(fields.iter().filter_map(|field| value(*field, &row.fields)));
        }
        *self.writes.entry(id.to_owned()).or_default() += 1;
        Ok(row)
    }
}
