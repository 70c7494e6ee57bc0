//! What is in a calendar and what changed in it (RFC 4791, RFC 6578).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    client::{Dav, Stored},
    xml::{CALDAV, CALENDARSERVER, DAV, Element, Multistatus, escaped, refused_for},
};
use crate::outbound::providers::Failure;

const MARKS: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:" xmlns:S="http://calendarserver.org/ns/"><D:prop><D:sync-token/><S:getctag/></D:prop></D:propfind>"#;

/// How a server says that something changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mark {
    /// It can tell what changed since.
    Token(String),
    /// It can tell whether something did.
    Tag(String),
}

/// What changed, by the last part of its address.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) changed: BTreeSet<String>,
    pub(super) gone: BTreeSet<String>,
    pub(super) mark: Option<Mark>,
    /// There is more from the mark on.
    pub(super) more: bool,
}

/// How the calendar is marked now; `None` where the server has no such thing.
pub(super) async fn mark(dav: &Dav, calendar: &Url) -> Result<Option<Mark>, Failure> {
    let answer = dav.propfind(calendar, "0", MARKS).await?;
    let text = |namespace, name| {
        let found = answer.responses().find_map(|response| response.property(namespace, name));
        found.map(|element| element.text().trim().to_owned()).filter(|text| !text.is_empty())
    };
    Ok(text(DAV, "sync-token").map(Mark::Token).or_else(|| text(CALENDARSERVER, "getctag").map(Mark::Tag)))
}

/// All objects that have a to-do.
pub(super) async fn all(dav: &Dav, calendar: &Url) -> Result<BTreeSet<String>, Failure> {
    let answer = query(dav, calendar, r#"<C:comp-filter name="VTODO"/>"#).await?;
    Ok(answer.responses().filter_map(|response| name_of(response.href()?)).collect())
}

/// The object that has a to-do with that UID.
pub(super) async fn with_uid(dav: &Dav, calendar: &Url, uid: &str) -> Result<Option<String>, Failure> {
    let uid = escaped(uid);
    let filter = format!(
        r#"<C:comp-filter name="VTODO"><C:prop-filter name="UID"><C:text-match collation="i;octet">{uid}</C:text-match></C:prop-filter></C:comp-filter>"#
    );
    let answer = query(dav, calendar, &filter).await?;
    Ok(answer.responses().find_map(|response| name_of(response.href()?)))
}

async fn query(dav: &Dav, calendar: &Url, filter: &str) -> Result<Multistatus, Failure> {
    let body = format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop>
<C:filter><C:comp-filter name="VCALENDAR">{filter}</C:comp-filter></C:filter></C:calendar-query>"#
    );
    dav.multistatus(&dav.report(calendar, "1", &body).await?)
}

/// What changed since a token.
///
/// Errors: `CursorLost` for a token that the server does not know any more.
pub(super) async fn since(dav: &Dav, calendar: &Url, token: &str) -> Result<Changes, Failure> {
    let token = escaped(token);
    let body = format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<D:sync-collection xmlns:D="DAV:"><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"#
    );
    let answer = dav.report(calendar, "0", &body).await?;
    if answer.status == 410 || (!answer.succeeded() && refused_for(&answer.body, DAV, "valid-sync-token")) {
        return Err(Failure::CursorLost);
    }
    let answer = dav.multistatus(&answer)?;
    let mut changes = Changes { mark: answer.sync_token().map(|token| Mark::Token(token.to_owned())), ..Changes::default() };
    for response in answer.responses() {
        let Some(href) = response.href() else { continue };
        // Of the calendar itself: the server did not give all (RFC 6578, 3.6).
        changes.more |= response.status() == Some(507);
        let Some(name) = name_of(href) else { continue };
        match response.status() {
            Some(404 | 410) => changes.gone.insert(name),
            None | Some(200) => changes.changed.insert(name),
            Some(_) => false,
        };
    }
    Ok(changes)
}

/// Objects as they are now; those that are not there any more are `None`.
pub(super) async fn objects(dav: &Dav, calendar: &Url, names: &[&str]) -> Result<BTreeMap<String, Option<Stored>>, Failure> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let hrefs: Vec<String> =
        names.iter().map(|name| format!("<D:href>{}</D:href>", escaped(&format!("{}{name}", calendar.path())))).collect();
    let hrefs = hrefs.concat();
    let body = format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>{hrefs}</C:calendar-multiget>"#
    );
    let answer = dav.multistatus(&dav.report(calendar, "1", &body).await?)?;
    let mut objects = BTreeMap::new();
    for response in answer.responses() {
        let Some(name) = response.href().and_then(name_of) else { continue };
        let text = |namespace, name| response.property(namespace, name).map(Element::text);
        match (text(DAV, "getetag"), text(CALDAV, "calendar-data"), response.status()) {
            (Some(etag), Some(data), _) => objects.insert(name, Some(Stored { etag: etag.trim().to_owned(), text: data.into() })),
            (_, _, Some(404 | 410)) => objects.insert(name, None),
            _ => return Err(Failure::Malformed),
        };
    }
    Ok(objects)
}

/// The last part of an address, as the server spells it; `None` for a folder such as the calendar itself, and for a name that is
/// longer than an id of ours can be.
pub(super) fn name_of(href: &str) -> Option<String> {
    let name = href.split(['?', '#']).next()?.rsplit('/').next()?;
    (!name.is_empty() && name.len() <= 512).then(|| name.to_owned())
}
