//! The mail server.

use super::{fault, standing, ticked, value};
use crate::{
    brought::Posted,
    kit::{
        button,
        field::{Fault, Field, INPUT, Tick},
        section::Section,
    },
};
use domain::channel::{Channel, MailSettings, Security};
use leptos::prelude::*;

const PRIVATE: &str = "The server may lie on a private network. Metadata services stay refused.";

/// The form of the mail server.
#[component]
pub fn MailForm<'a>(
    settings: Option<&'a MailSettings>,
    has_password: bool,
    posted: Option<&'a Posted>,
) -> impl IntoView + use<> {
    let text = |field: &str, set: &dyn Fn(&MailSettings) -> String| {
        value(posted, field, || settings.map(set).unwrap_or_default())
    };
    let port = match text("port", &|set| set.port.to_string()) {
        empty if empty.is_empty() && posted.is_none() => "587".to_owned(),
        port => port,
    };
    let security = text("security", &|set| set.security.to_string());
    let is_private = ticked(posted, "mail_private", settings.is_some_and(|set| set.allow_private));
    let kept = if has_password {
        "One is kept and not shown. Left empty, it stays, as long as server and account stay."
    } else {
        "Kept sealed, and not shown again."
    };
    let is_set = settings.is_some();
    let [host, user, from] = [
        text("host", &|set| set.host.clone()),
        text("user", &|set| set.user.clone().unwrap_or_default()),
        text("from", &|set| set.from.clone()),
    ];
    let [host_fault, port_fault, security_fault, user_fault, password_fault, from_fault] =
        ["host", "port", "security", "user", "mail_password", "from"].map(|field| fault(posted, field));
    view! {
        <Section id="mail" title="Mail" aside=standing(Channel::Mail, is_set)>
            <form method="post" action="/admin/notifications" class="space-y-3 max-w-[560px]">
                <input type="hidden" name="form" value="mail" />
                <Field label="Mail server" name="host" value=host fault=host_fault hint="Such as mail.example.com." />
                <div class="grid grid-cols-2 max-sm:grid-cols-1 gap-3">
                    <Field label="Port" name="port" value=port fault=port_fault />
                    <SecurityChoice chosen=security fault=security_fault />
                </div>
                <Field label="Account" name="user" value=user fault=user_fault hint="Left empty where the server asks for none." required=false />
                <Field label="Password of the account" name="mail_password" kind="password" autocomplete="new-password" fault=password_fault hint=kept required=false />
                <Field label="Sender" name="from" value=from fault=from_fault hint="The address mails come from, such as countersign@example.com." />
                <Tick name="mail_private" label="Allow a private network" meaning=PRIVATE checked=is_private />
                <button type="submit" class=button::PLAIN>"Save mail"</button>
            </form>
        </Section>
    }
    .into_any()
}

#[component]
fn SecurityChoice(chosen: String, fault: Option<String>) -> impl IntoView {
    let options = Security::ALL.iter().map(|security| {
        let word = match security {
            Security::StartTls => "STARTTLS",
            Security::Tls => "TLS",
            Security::Plain => "None, on this machine only",
        };
        view! { <option value=security.as_str() selected=chosen == security.as_str()>{word}</option> }
    });
    let options = options.collect_view();
    let is_wrong = fault.is_some();
    view! {
        <div>
            <label class="block">
                <span class="block font-medium mb-1">"Encryption"</span>
                <select name="security" class=INPUT aria-describedby=is_wrong.then_some("security-fault")>{options}</select>
            </label>
            {fault.map(|message| view! { <Fault id="security-fault".to_owned() message=message /> })}
        </div>
    }
    .into_any()
}
