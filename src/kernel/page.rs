//! Paging: how many, from where. What a cursor looks like outside is the web layer's affair, what it means the
//! store's.

/// How many entries a page may have: 1 to 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    pub const ONE: Self = Self(1);
    pub const MAX: Self = Self(1000);

    /// `None` outside 1 to 1000.
    pub fn new(count: u32) -> Option<Self> {
        let count = u16::try_from(count).ok()?;
        (1..=Self::MAX.0).contains(&count).then_some(Self(count))
    }

    /// As many and `more`: for reading beyond what is shown.
    #[must_use]
    pub fn and(self, more: u16) -> Self {
        Self(self.0.saturating_add(more))
    }

    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

/// Which page of a list is wanted.
#[derive(Debug, Clone)]
pub struct PageRequest {
    pub limit: Limit,
    /// Where the page before ended, as the store named it; `None` for the first page.
    pub after: Option<String>,
}

impl PageRequest {
    pub fn first(limit: Limit) -> Self {
        Self { limit, after: None }
    }
}

/// One page of a list, oldest first.
#[derive(Debug, Clone)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where this page ends, when there is more.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Converts each entry; the first failure is the answer.
    pub fn try_map<U, E>(self, convert: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let items = self.items.into_iter().map(convert).collect::<Result<_, E>>()?;
        Ok(Page { items, next: self.next })
    }
}
