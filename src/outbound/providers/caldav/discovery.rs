//! From the address that a person gives to the calendar (RFC 6764, RFC 4791).

use url::Url;

use super::{
    client::Dav,
    xml::{CALDAV, DAV, Multistatus, Response},
};
use crate::outbound::providers::Failure;

const WELL_KNOWN: &str = "/.well-known/caldav";
/// A person has one place for calendars as a rule.
const MOST_HOMES: usize = 5;

const ASKED: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>
<D:resourcetype/><D:displayname/><D:current-user-principal/><C:calendar-home-set/><C:supported-calendar-component-set/>
</D:prop></D:propfind>"#;

/// A calendar that takes to-dos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Calendar {
    /// With a slash at the end.
    pub(super) url: Url,
    pub(super) name: String,
}

/// The calendar that the settings mean. One that is given by its address is not looked for.
///
/// Errors: `NotFound` when there is none of that name, or none at all; `ChooseList` when there are several.
pub(super) async fn chosen(dav: &Dav, url: &Url, list: Option<&str>) -> Result<Calendar, Failure> {
    if let Some(address) = list.filter(|list| list.starts_with('/') || list.contains("://")) {
        return Ok(Calendar { url: as_folder(resolved(url, address)?), name: address.to_owned() });
    }
    let mut calendars = calendars(dav, url).await?;
    if let Some(name) = list {
        calendars.retain(|calendar| calendar.name == name);
    }
    match calendars.len() {
        0 => Err(Failure::NotFound),
        1 => Ok(calendars.remove(0)),
        _ => Err(Failure::ChooseList),
    }
}

/// All calendars that take to-dos: the one at the address, or those of whom we are there.
pub(super) async fn calendars(dav: &Dav, url: &Url) -> Result<Vec<Calendar>, Failure> {
    let asked = dav.discover(url, "0", ASKED).await;
    // Servers answer at their root as they like.
    let unhelpful = matches!(asked, Err(Failure::NotFound | Failure::Rejected(_) | Failure::Malformed));
    if let Ok((url, answer)) = &asked {
        let itself: Vec<_> = calendars_in(url, answer)?;
        if !itself.is_empty() {
            return Ok(itself);
        }
        if let Some(homes) = homes(dav, url, answer).await? {
            return in_homes(dav, &homes).await;
        }
    } else if !unhelpful {
        asked?;
    }
    let well_known = url.join(WELL_KNOWN).map_err(|_| Failure::NotFound)?;
    let (url, answer) = dav.discover(&well_known, "0", ASKED).await?;
    let homes = homes(dav, &url, &answer).await?.ok_or(Failure::NotFound)?;
    in_homes(dav, &homes).await
}

/// Where somebody's calendars are, when the answer says that, or who we are.
async fn homes(dav: &Dav, url: &Url, answer: &Multistatus) -> Result<Option<Vec<Url>>, Failure> {
    if let Some(homes) = homes_in(url, answer)? {
        return Ok(Some(homes));
    }
    let principal = answer.responses().find_map(|response| response.property(DAV, "current-user-principal")?.href());
    let Some(principal) = principal else { return Ok(None) };
    let (url, answer) = dav.discover(&resolved(url, principal)?, "0", ASKED).await?;
    homes_in(&url, &answer)
}

fn homes_in(url: &Url, answer: &Multistatus) -> Result<Option<Vec<Url>>, Failure> {
    let Some(homes) = answer.responses().find_map(|response| response.property(CALDAV, "calendar-home-set")) else {
        return Ok(None);
    };
    let hrefs = homes.children(DAV, "href").take(MOST_HOMES);
    let homes = hrefs.map(|href| resolved(url, href.text().trim()).map(as_folder)).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(homes).filter(|homes| !homes.is_empty()))
}

async fn in_homes(dav: &Dav, homes: &[Url]) -> Result<Vec<Calendar>, Failure> {
    let mut found = Vec::new();
    for home in homes {
        let (url, answer) = dav.discover(home, "1", ASKED).await?;
        found.extend(calendars_in(&url, &answer)?);
    }
    Ok(found)
}

fn calendars_in(url: &Url, answer: &Multistatus) -> Result<Vec<Calendar>, Failure> {
    let calendars = answer.responses().filter(|response| takes_todos(*response));
    let calendars = calendars.filter_map(|response| response.href().map(|href| (response, href)));
    calendars
        .map(|(response, href)| {
            let url = as_folder(resolved(url, href)?);
            let name = response.property(DAV, "displayname").map(|name| name.text().trim().to_owned());
            let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| last_segment(&url).to_owned());
            Ok(Calendar { url, name })
        })
        .collect()
}

/// One that does not say what it takes takes everything (RFC 4791, 5.2.3).
fn takes_todos(response: Response<'_>) -> bool {
    let is_calendar = response.property(DAV, "resourcetype").is_some_and(|kind| kind.child(CALDAV, "calendar").is_some());
    let takes = response.property(CALDAV, "supported-calendar-component-set");
    is_calendar && takes.is_none_or(|takes| takes.children(CALDAV, "comp").any(|comp| comp.attribute("name") == Some("VTODO")))
}

/// An address that an answer gives.
///
/// Errors: `AddressNotAllowed` for one at another host that the credential would be sent to in plain text.
fn resolved(base: &Url, href: &str) -> Result<Url, Failure> {
    let url = base.join(href).map_err(|_| Failure::Malformed)?;
    if url.origin() == base.origin() || url.scheme() == "https" { Ok(url) } else { Err(Failure::AddressNotAllowed) }
}

fn as_folder(mut url: Url) -> Url {
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url
}

fn last_segment(url: &Url) -> &str {
    url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_host_is_called_by_https_alone() {
        let base: Url = "http://127.0.0.1:5232/dav".parse().unwrap();
        let text = |href| resolved(&base, href).map(|url| as_folder(url).to_string());
        assert_eq!(text("/me/tasks?x=1#y"), Ok("http://127.0.0.1:5232/me/tasks/".to_owned()));
        assert_eq!(text("https://p1.example.com/me/"), Ok("https://p1.example.com/me/".to_owned()));
        assert_eq!(text("http://example.com/me/"), Err(Failure::AddressNotAllowed));
        assert_eq!(text("http://127.0.0.1:80/me/"), Err(Failure::AddressNotAllowed));
        assert_eq!(text("ftp://127.0.0.1:5232/"), Err(Failure::AddressNotAllowed));
    }
}
