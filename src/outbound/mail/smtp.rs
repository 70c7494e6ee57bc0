//! Hands a mail to a server by SMTP, command by command: what a refusal means depends on what was refused.

use std::{error::Error as _, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};
use secrecy::ExposeSecret as _;
use tokio::time::timeout;

use super::{
    Mailed,
    way::{Security, Server},
};

/// Until the server asks for the mail itself, and from then to its answer.
const TO_BEGIN: Duration = Duration::from_secs(7);
const TO_END: Duration = Duration::from_secs(7);
const TO_PART: Duration = Duration::from_secs(1);

/// Hands it over once. A connection of its own for each: there are few, and none of them in a hurry.
pub async fn send(server: &Server, from: &Address, to: &Address, message: &[u8]) -> Mailed {
    let mut connection = match timeout(TO_BEGIN, begin(server, from, to)).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(mailed)) => return mailed,
        Err(_) => return Mailed::not_sent("smtp_slow"),
    };
    match timeout(TO_END, connection.message(message)).await {
        Ok(answer) => {
            let mailed = answer.map_or_else(|error| of_content(&error), |_| Mailed::Sent);
            // How the parting goes concerns nobody.
            let _parted = timeout(TO_PART, connection.quit()).await;
            mailed
        }
        Err(_) => Mailed::Unknown,
    }
}

/// All that comes before the mail itself. Whatever goes wrong here, nothing was taken.
async fn begin(server: &Server, from: &Address, to: &Address) -> Result<AsyncSmtpConnection, Mailed> {
    let mut connection = connect(server).await.map_err(|error| of_us(&error))?;
    connection.command(Mail::new(Some(from.clone()), vec![])).await.map_err(|error| of_us(&error))?;
    connection.command(Rcpt::new(to.clone(), vec![])).await.map_err(|error| of_recipient(&error))?;
    match connection.command(Data).await {
        Ok(_) => Ok(connection),
        Err(error) if error.status().is_some() => Err(of_content(&error)),
        Err(error) => Err(of_us(&error)),
    }
}

async fn connect(server: &Server) -> Result<AsyncSmtpConnection, Error> {
    let tls = || TlsParameters::new(server.host.clone());
    let (name, address) = (ClientId::default(), (server.host.as_str(), server.port));
    let at_once = if server.security == Security::Tls { Some(tls()?) } else { None };
    let mut connection = AsyncSmtpConnection::connect_tokio1(address, None, &name, at_once, None).await?;
    if server.security == Security::StartTls {
        connection.starttls(tls()?, &name).await?;
    }
    if let Some((user, password)) = &server.login {
        let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
        connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
    }
    Ok(connection)
}

/// Refused before it was said whom it is for: the server wants us otherwise, or not at all.
fn of_us(error: &Error) -> Mailed {
    match reply(error) {
        Some(code) if error.is_permanent() => Mailed::broken(code),
        Some(code) => Mailed::not_sent(code),
        None if error.is_tls() => Mailed::broken("smtp_tls"),
        // It cannot encrypt, or knows no way to log in that we do.
        None if error.is_client() => Mailed::broken("smtp_unable"),
        None => Mailed::not_sent("unreachable"),
    }
}

/// Refused for whom it is.
fn of_recipient(error: &Error) -> Mailed {
    let Some(code) = reply(error).filter(|_| error.is_permanent()) else { return of_us(error) };
    let text = error.source().map(ToString::to_string).unwrap_or_default();
    // The second number of an enhanced code says what it is about, as RFC 3463 has it.
    let about: Vec<&str> = text.split_whitespace().next().unwrap_or_default().split('.').collect();
    match (about.as_slice(), code.as_str()) {
        // What we may not do, such as writing to strangers through this server.
        (["5", "7", _], _) => Mailed::broken(code),
        // Full for now.
        (["5", "2", "2"], _) | (_, "smtp_552") => Mailed::not_sent(code),
        _ => Mailed::NoMailbox { reason: code.into() },
    }
}

/// Refused for what it says, or not known to be: the mail is there.
fn of_content(error: &Error) -> Mailed {
    match reply(error) {
        Some(code) if error.is_permanent() => Mailed::refused(code),
        Some(code) => Mailed::not_sent(code),
        None => Mailed::Unknown,
    }
}

/// The reply in our own words.
fn reply(error: &Error) -> Option<String> {
    error.status().map(|code| format!("smtp_{code}"))
}

#[cfg(test)]
mod tests;
