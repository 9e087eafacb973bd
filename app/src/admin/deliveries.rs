//! The log of deliveries: what went where, how it went, and what may be sent again.

use crate::{
    admin::log_table::{LogAside, LogPlace, LogTable},
    kit::{button, empty::Empty, icon::Icon, moment::Moment, section::Section},
    queue::Alerts,
    recorded::text::Text,
    review::delivery_result,
};
use domain::{
    Time,
    endpoint::{DeliveriesPage, DeliveryRow},
};
use leptos::prelude::*;

/// The log.
#[component]
pub fn DeliveriesView(page: DeliveriesPage, failed_only: bool) -> impl IntoView {
    let place = LogPlace { path: "/admin/deliveries", failed_only };
    let aside = view! { <LogAside place=place all="All deliveries" /> }.into_any();
    let content = if page.rows.is_empty() {
        let title = if failed_only { "No delivery has failed" } else { "Nothing was sent yet" };
        view! { <Empty title=title text="Outcomes are sent to the endpoints that sessions name." /> }.into_any()
    } else {
        let rows = page.rows.iter().map(|row| line(row, page.now)).collect();
        let next = page.next_cursor.map(|cursor| cursor.to_string());
        view! { <LogTable place=place what="Event" rows=rows next_cursor=next is_continued=page.is_continued /> }
            .into_any()
    };
    view! {
        <Alerts alerts=page.alerts />
        <div class="px-4 lg:px-6 pb-16 max-w-[1080px]">
            <Section id="deliveries" title="Delivery log" aside=aside>{content}</Section>
        </div>
    }
    .into_any()
}

fn line(row: &DeliveryRow, now: Time) -> AnyView {
    let endpoint = row.endpoint.clone();
    let sent_at = row.sent_at;
    let about = row.approval.map_or_else(
        || view! { <code class="block leading-4">"endpoint.test"</code> }.into_any(),
        |approval| {
            view! {
                <code class="block leading-4">"approval.decided"</code>
                <a class="lnk mono text-xs" href=format!("/approvals/{approval}")>"apr_…"{approval.tail()}</a>
            }
            .into_any()
        },
    );
    let retry = row.approval.filter(|_| row.can_retry).map(|approval| {
        view! {
            <form method="post" action=format!("/approvals/{approval}")>
                <input type="hidden" name="form" value="retry" />
                <button type="submit" class=button::SMALL><Icon name="rotate-ccw" class="w-3.5 h-3.5 shrink-0" />"Retry"</button>
            </form>
        }
    });
    view! {
        <tr class="border-t border-rule hover:bg-hover">
            <td class="px-3 py-1.5">{about}</td>
            <td class="px-3 py-1.5"><code><Text text=&endpoint /></code></td>
            <td class="px-3 py-1.5 text-xs">{delivery_result(row)}</td>
            <td class="px-3 py-1.5 tabular-nums">{row.attempt}</td>
            <td class="px-3 py-1.5 text-muted"><Moment at=sent_at now=now /></td>
            <td class="px-3 py-1.5 text-end">{retry}</td>
        </tr>
    }
    .into_any()
}
