//! Starts all stand-ins, and prints the settings by which Avanochi reaches them and the credentials that they take.

use anyhow::Result;
use sandbox::{
    Clock, Stand, caldav, github,
    mail::smtp,
    microsoft, model,
    oauth::{CLIENT_ID, CLIENT_SECRET, Manners, Oauth},
    receiver, todoist,
};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<()> {
    let stand = || Stand::new(Clock::machine());
    let github = github::start(stand(), 0).await?;
    github.state.add_repository("octocat/hello-world");
    github.state.open("octocat/hello-world", "Say hello to everybody", None);
    let todoist = todoist::start(stand(), 0).await?;
    todoist.state.add(todoist::INBOX, "Water the plants");
    let microsoft = microsoft::start(stand(), 0).await?;
    microsoft.state.add(microsoft::LISTS[0].0, &json!({ "title": "Call the plumber" }));
    let consents = Oauth::start(Clock::machine(), Manners { token: Some(microsoft::TOKEN), ..Manners::default() }, 0).await?;
    let caldav = caldav::start(stand(), 0).await?;
    let model = model::start(stand(), 0).await?;

    let receiver = receiver::start(stand(), 0).await?;
    let mail = smtp::start(0).await?;

    println!("# Settings for Avanochi:");
    println!("GITHUB_API_URL={}", github.url);
    println!("TODOIST_API_URL={}", todoist.url);
    println!("MICROSOFT_GRAPH_URL={}/v1.0", microsoft.url);
    println!("MICROSOFT_LOGIN_URL={}", consents.url);
    println!("MICROSOFT_CLIENT_ID={CLIENT_ID}");
    println!("MICROSOFT_CLIENT_SECRET={CLIENT_SECRET}");
    println!("AVANOCHI_LLM_URL={}", model.url);
    println!("AVANOCHI_LLM_KEY={}", model::KEY);
    println!("AVANOCHI_LLM_MODEL={}", model::NAME);
    println!("MAIL_URL={}", mail.url);
    println!("MAIL_FROM=Avanochi <avanochi@localhost.example>");
    println!("OUTBOUND_ALLOW_PRIVATE=127.0.0.1/32");
    println!("# Connections, as bodies of POST /api/connections:");
    println!(
        r#"{{"provider":"github","settings":{{"repositories":["octocat/hello-world"],"new_in":"octocat/hello-world"}},"credential":{{"token":"{}"}}}}"#,
        github::TOKEN
    );
    println!(r#"{{"provider":"todoist","settings":{{"list":null}},"credential":{{"token":"{}"}}}}"#, todoist::TOKEN);
    println!(r#"{{"provider":"microsoft_todo","settings":{{"list":null}}}}"#);
    println!(
        r#"{{"provider":"caldav","settings":{{"url":"{}"}},"credential":{{"username":"{}","password":"{}"}}}}"#,
        caldav.url,
        caldav::USERNAME,
        caldav::PASSWORD
    );
    println!(
        "# A channel, as a body of POST /api/channels; it takes nothing before it knows the secret, which nobody tells it here:"
    );
    println!(r#"{{"kind":"webhook","url":"{}"}}"#, receiver.url);
    println!("# They answer until this is interrupted.");
    tokio::signal::ctrl_c().await?;
    Ok(())
}
