//! Reads what a service has, page after page, and finds what is missing in it.

use std::collections::{HashMap, HashSet};

use super::{
    brake::{Absence, absence, brakes},
    convert,
    gone::Gone,
    link::Link,
    pull::Candidates,
    push::Stop,
    run::{End, Running},
    service::{Known, Side, Synchronisation},
};
use crate::{
    integrations::connections::run::ConnectionState,
    kernel::{Error, Limit, PageRequest, Result, Timestamp},
    outbound::providers::{Failure, Fetched, Item, Page, Scan, Seen},
    store::Stored,
    work::tasks::{filter::CreationOrder, model::Task},
};

/// From so many items on is a page compared with all links, and not each with its own.
const MANY: usize = 16;

impl Synchronisation {
    /// Takes in page after page. `Some` when the run ends with that.
    pub(super) async fn pull(&self, side: &Side<'_>, running: &mut Running) -> Result<Option<End>, Stop> {
        let linked = running.linked;
        let mut cursor = running.state.value.cursor.clone();
        let candidates = if cursor.is_none() && linked == 0 { self.candidates(side).await? } else { Candidates::new() };
        let (mut known, mut first_asked, mut pages, mut gone_so_far) = (Known::AskedFor, None, 0, 0);
        let (mut seen, mut held): (HashSet<String>, Vec<Item>) = Default::default();
        loop {
            let page = match side.provider.pull(cursor.as_deref()).await {
                Err(Failure::CursorLost) if cursor.is_some() => {
                    (cursor, pages, first_asked) = (None, 0, None);
                    seen.clear();
                    continue;
                }
                page => page.map_err(Stop::Failed)?,
            };
            pages += 1;
            let Page { seen: items, cursor: next, scan, more, asked_at } = page;
            let first_asked = *first_asked.get_or_insert(asked_at);
            running.full |= scan != Scan::Changes;
            if matches!(known, Known::AskedFor) && (running.full || items.len() > MANY) {
                known = self.all_links(side).await?;
            }
            let (mut here, mut gone) = (Vec::new(), Vec::new());
            for item in items {
                match item {
                    Seen::Item(item) => here.push(*item),
                    Seen::Gone(external_id) => gone.push(Gone { external_id, moved: false }),
                    Seen::Moved(external_id) => gone.push(Gone { external_id, moved: true }),
                }
            }
            seen.extend(here.iter().map(|item| item.external_id.clone()));
            let could_be_known = |item: &Item| {
                let fields = convert::ours(item);
                candidates.contains_key(&(fields.title, fields.due))
            };
            let (later, take): (Vec<_>, Vec<_>) = here.into_iter().partition(could_be_known);
            held.extend(later);
            self.take_page(side, running, &take, asked_at, &mut known).await?;
            if !more {
                let (left, told) = self.adopt(side, std::mem::take(&mut held), &candidates).await?;
                running.told += told;
                self.take_page(side, running, &left, asked_at, &mut known).await?;
                if running.full {
                    let elsewhere = running.state.value.elsewhere;
                    let absence = if elsewhere { Absence::Moved } else { absence(scan, pages, true) };
                    gone.extend(self.absent(side, &known, &seen, absence, first_asked).await?);
                }
            }
            let gone = self.linked_of(side, gone, &known).await?;
            gone_so_far += gone.len();
            let empty = running.full && !more && seen.is_empty();
            if running.state.value.resume.is_none() && !running.state.value.elsewhere && brakes(gone_so_far, linked, empty) {
                return Ok(Some(End::Halted { gone: gone_so_far.max(if empty { linked } else { 0 }), of: linked }));
            }
            running.told += self.take_gone(side, &gone, &known).await?;
            // What is listed whole is begun anew when it is interrupted: what is missing is known at its end alone.
            if !more || !running.full {
                let resume = running.state.value.resume.filter(|_| more);
                let elsewhere = running.state.value.elsewhere && more;
                self.keep(running, |state| ConnectionState { cursor: Some(next.clone()), resume, elsewhere, ..state }).await?;
            } else {
                self.keep(running, |state| state).await?;
            }
            if !more {
                return Ok(None);
            }
            if self.clock.now() >= running.until && !running.full {
                return Ok(Some(End::Partial));
            }
            cursor = Some(next);
        }
    }

    async fn take_page(
        &self,
        side: &Side<'_>,
        running: &mut Running,
        items: &[Item],
        asked_at: Timestamp,
        known: &mut Known,
    ) -> Result<(), Stop> {
        let taken = self.take_in(side, items, asked_at, known).await?;
        running.told += taken.told;
        running.versions.extend(taken.versions);
        if let Known::All { written, .. } = known {
            written.extend(items.iter().map(|item| item.external_id.clone()));
        }
        for external_id in taken.again {
            running.told += self.take_now(side, &external_id).await?;
        }
        Ok(())
    }

    /// Of what is missing in a listing of everything, what is gone. `asked_at`: when the first page was asked for.
    async fn absent(
        &self,
        side: &Side<'_>,
        known: &Known,
        seen: &HashSet<String>,
        absence: Absence,
        asked_at: Timestamp,
    ) -> Result<Vec<Gone>, Stop> {
        let Known::All { links, .. } = known else { return Ok(Vec::new()) };
        let is_missing = |link: &Stored<Link>, external_id: &String| {
            link.value.is_linked() && link.value.created_at < asked_at && !seen.contains(external_id)
        };
        let missing =
            links.iter().filter(|(external_id, link)| is_missing(link, external_id)).map(|(external_id, _)| external_id);
        let mut gone = Vec::new();
        for external_id in missing {
            match absence {
                Absence::Nothing => {}
                Absence::Gone => gone.push(Gone { external_id: external_id.clone(), moved: false }),
                Absence::Moved => gone.push(Gone { external_id: external_id.clone(), moved: true }),
                Absence::Unclear => match side.provider.fetch(external_id).await.map_err(Stop::Failed)? {
                    Fetched::Item(item) => {
                        let now = self.clock.now();
                        self.take_in(side, &[*item], now, &Known::AskedFor).await?;
                    }
                    Fetched::Gone => gone.push(Gone { external_id: external_id.clone(), moved: false }),
                    Fetched::Moved => gone.push(Gone { external_id: external_id.clone(), moved: true }),
                },
            }
        }
        Ok(gone)
    }

    /// Those of the items that something here is linked to.
    async fn linked_of(&self, side: &Side<'_>, gone: Vec<Gone>, known: &Known) -> Result<Vec<Gone>> {
        let mut linked = Vec::new();
        for gone in gone {
            let read = self.link_standing_for(side, &gone.external_id, known).await?;
            if read.is_some_and(|read| read.value.is_linked()) {
                linked.push(gone);
            }
        }
        Ok(linked)
    }

    async fn all_links(&self, side: &Side<'_>) -> Result<Known> {
        let (mut links, mut after) = (HashMap::new(), None);
        loop {
            let (page, more) = self.links.page(side.owner, side.connection.number, after).await?;
            let there = |read: Stored<Link>| Some((read.value.there.as_ref()?.external_id.clone(), read));
            links.extend(page.into_iter().filter_map(there));
            match more {
                Some(more) => after = Some(more),
                None => return Ok(Known::All { links, written: HashSet::new() }),
            }
        }
    }

    /// Open tasks that are not linked to the connection, by what could be the same there.
    async fn candidates(&self, side: &Side<'_>) -> Result<Candidates> {
        let mut candidates = Candidates::new();
        let mut page = PageRequest::first(Limit::MAX);
        loop {
            let texts = self.tasks.texts(Some(side.owner), Some(false), CreationOrder::OldestFirst, page).await?;
            for text in texts.items {
                let task: Task = serde_json::from_str(&text).map_err(|e| Error::internal(format!("column {}", e.column())))?;
                if !task.external.is_empty() {
                    continue;
                }
                let fields = convert::fields_of(&task);
                candidates.entry((fields.title, fields.due)).or_default().push(task.id);
            }
            let Some(after) = texts.next else { return Ok(candidates) };
            page = PageRequest { limit: Limit::MAX, after: Some(after) };
        }
    }
}
