//! What the pages of all adapters have in common: where they end, and the cursors of lists.

use serde_json::{Value, json};

use super::{Document, Order, Place, Scope, Span, StoreError};
use crate::kernel::{Page, PageRequest};

/// The most that the bodies of one page come to, unless its only document alone is larger.
pub const MAX_PAGE_BYTES: usize = 1024 * 1024;

/// A page that is being filled, with the place of each document in the list that is read.
pub struct Filling {
    limit: usize,
    bytes: usize,
    more: bool,
    found: Vec<(Document, Option<i64>)>,
}

impl Filling {
    pub fn new(page: &PageRequest) -> Self {
        Self { limit: page.limit.get(), bytes: 0, more: false, found: Vec::new() }
    }

    /// Takes the next document if it still belongs to the page. Once one does not, there is more and the page is over.
    pub fn take(&mut self, document: Document, place: Option<i64>) -> bool {
        let bytes = self.bytes.saturating_add(document.body.len());
        self.more = self.found.len() >= self.limit || (bytes > MAX_PAGE_BYTES && !self.found.is_empty());
        if !self.more {
            self.bytes = bytes;
            self.found.push((document, place));
        }
        !self.more
    }

    /// `cursor` says where the last document is, when there is more.
    pub fn page(self, cursor: impl FnOnce(&Document, i64) -> Result<String, StoreError>) -> Result<Page<Document>, StoreError> {
        let last = self.found.last().filter(|_| self.more);
        let next = last.map(|(document, place)| cursor(document, place.unwrap_or_default())).transpose()?;
        Ok(Page { items: self.found.into_iter().map(|(document, _)| document).collect(), next })
    }
}

/// Which list a page belongs to.
#[derive(Debug, Clone, Copy)]
pub struct List<'a> {
    pub scope: &'a Scope,
    pub kind: &'a str,
    pub facet: Option<&'a str>,
    pub order: Order,
}

/// The place of a document in a list, and what tells it from others at the same place.
#[derive(Debug, PartialEq, Eq)]
pub struct Position {
    pub place: i64,
    pub partition: String,
    pub id: String,
}

impl List<'_> {
    /// What the page begins after: where the one before ended, or else the end of the span that the order begins at.
    ///
    /// A cursor is good for the list that gave it, and for any span of that. Errors: `BadCursor`.
    pub fn start(&self, span: Span, page: &PageRequest) -> Result<Position, StoreError> {
        let edge = match self.order {
            Order::Ascending => span.from,
            Order::Descending => span.until,
        };
        let start = Position { place: edge, partition: String::new(), id: String::new() };
        let Some(text) = &page.after else { return Ok(start) };
        let (list, place, partition, id) =
            serde_json::from_str::<(Value, i64, String, String)>(text).map_err(|_| StoreError::BadCursor)?;
        let own = !matches!(self.scope, Scope::Partition(own, _) if own.as_str() != partition);
        if list != self.name() || !own {
            return Err(StoreError::BadCursor);
        }
        let before_the_span = match self.order {
            Order::Ascending => place < edge,
            Order::Descending => place >= edge,
        };
        Ok(if before_the_span { start } else { Position { place, partition, id } })
    }

    /// The cursor of a page that ends at this document; `id` is what the adapter orders by.
    pub fn cursor(&self, place: i64, partition: &str, id: &str) -> String {
        json!([self.name(), place, partition, id]).to_string()
    }

    /// All that tells one list from another, except the partition, which every position names.
    fn name(&self) -> Value {
        let scope = match self.scope {
            Scope::Partition(..) => "partition",
            Scope::Everybody => "everybody",
            Scope::Range(range) => range.as_str(),
        };
        let order = match self.order {
            Order::Ascending => "up",
            Order::Descending => "down",
        };
        json!([self.kind, scope, self.scope.place().index(), order, self.facet])
    }

    /// The place that the page does not go beyond: excluded in ascending order, included in descending order.
    pub fn end(&self, span: Span) -> i64 {
        match self.order {
            Order::Ascending => span.until,
            Order::Descending => span.from,
        }
    }

    pub fn place(&self) -> Place {
        self.scope.place()
    }
}
