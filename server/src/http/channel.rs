//! The forms of the notifications page: setting channels, trying them, switching them off, and sending again.

use axum::{
    extract::{Request, State},
    http::Method,
    response::Response,
};
use domain::{
    Refusal,
    channel::{Channel, MailSettings, SlackSettings, WebhookSettings},
};

use super::{
    AppState,
    caller::PageCaller,
    form::Form,
    origin::Origin,
    posted::{self, Done},
    routes::{Access, Routes},
};
use crate::{desk::PersonCaller, error::Result};

/// The page.
const PAGE: &str = "/admin/notifications";

/// The forms and who may post them.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, PAGE, Access::Form, post)
}

async fn post(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    let (person, parts, fields) = match posted::read(&state, person, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let base = parts.extensions.get::<Origin>().map(Origin::url).unwrap_or_default();
    let outcome = apply(&state, &person, &fields, &base).await;
    posted::answer(&state, Some(person), parts, &fields, outcome).await
}

async fn apply(state: &AppState, person: &PersonCaller, fields: &Form, base: &str) -> Result<Done> {
    let desk = &state.desk;
    let done = match fields.text("form") {
        "mail" => {
            desk.set_mail(person, mail(fields)?, filled(fields, "mail_password")).await?;
            "mail"
        }
        "slack" => {
            let settings = SlackSettings { allow_private: is_ticked(fields, "slack_private") };
            desk.set_slack(person, settings, filled(fields, "slack_secret").map(str::trim)).await?;
            "slack"
        }
        "webhook" => {
            let settings = WebhookSettings { endpoint: fields.text("endpoint").to_owned() };
            desk.set_webhook(person, settings).await?;
            "webhook"
        }
        "test" => {
            desk.test_channel(person, channel(fields)?, base).await?;
            "tested"
        }
        "remove" => {
            desk.remove_channel(person, channel(fields)?).await?;
            "removed"
        }
        "again" => {
            let id = fields.text("id").parse().map_err(|_| Refusal::not_found("message"))?;
            desk.retry_dispatch(person, id).await?;
            "again"
        }
        _ => return Err(posted::unknown_form()),
    };
    Ok(Done::See(format!("{PAGE}?done={done}")))
}

fn mail(fields: &Form) -> Result<MailSettings> {
    let port = fields.text("port").trim().parse();
    let security = fields.text("security").parse();
    Ok(MailSettings {
        host: fields.text("host").trim().to_owned(),
        port: port.map_err(|_| Refusal::invalid("port", "expected a port from 1 to 65535, such as 587"))?,
        security: security.map_err(|_| Refusal::invalid("security", "choose how the server is spoken to"))?,
        user: filled(fields, "user").map(|user| user.trim().to_owned()),
        from: fields.text("from").trim().to_owned(),
        allow_private: is_ticked(fields, "mail_private"),
    })
}

fn filled<'a>(fields: &'a Form, name: &str) -> Option<&'a str> {
    Some(fields.text(name)).filter(|text| !text.trim().is_empty())
}

fn is_ticked(fields: &Form, name: &str) -> bool {
    !fields.text(name).is_empty()
}

fn channel(fields: &Form) -> Result<Channel> {
    fields.text("channel").parse().map_err(|_| Refusal::not_found("channel").into())
}
