//! A mail as the bytes that SMTP carries.

use chrono_tz::Tz;
use lettre::{
    Address,
    message::{
        Attachment, Mailbox, Message, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

use super::{Mail, PICTURE, Sender, headers, message_id, one_line};
use crate::kernel::Timestamp;

/// The whole message; `None` for one that cannot be made.
pub fn message(mail: &Mail, from: &Sender, to: &Address, now: Timestamp) -> Option<Vec<u8>> {
    let mut message = Message::builder()
        .from(from.0.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(one_line(&mail.letter.subject))
        .message_id(Some(message_id(mail, from)));
    let date = ("Date", now.in_zone(Tz::UTC).to_rfc2822());
    for (name, value) in headers(mail).into_iter().chain([date]) {
        message = message.raw_header(HeaderValue::new(HeaderName::new_from_ascii(name.to_owned()).ok()?, value));
    }
    let source = format!("cid:{PICTURE}");
    let html = SinglePart::html(mail.letter.html(mail.picture.as_ref().map(|_| source.as_str())));
    let alternatives = MultiPart::alternative().singlepart(SinglePart::plain(mail.letter.plain()));
    let body = match &mail.picture {
        Some(picture) => {
            let image = ContentType::parse("image/png").ok()?;
            let picture = Attachment::new_inline(PICTURE.to_owned()).body(picture.to_vec(), image);
            alternatives.multipart(MultiPart::related().singlepart(html).singlepart(picture))
        }
        None => alternatives.singlepart(html),
    };
    message.multipart(body).ok().map(|message| message.formatted())
}
