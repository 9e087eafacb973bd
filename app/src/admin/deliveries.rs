//! The log of deliveries: what went where, how it went, and what may be sent again.

use crate::{
    kit::{
        button,
        empty::Empty,
        icon::Icon,
        moment::{Moment, ZoneNote},
        section::Section,
    },
    queue::Alerts,
    recorded::text::Text,
    review::delivery_result,
};
use domain::{
    Time,
    endpoint::{DeliveriesPage, DeliveryRow},
};
use leptos::prelude::*;

const HEAD: &str = "h-8 px-3 text-start text-[11px] leading-4 text-faint font-medium whitespace-nowrap";

/// The log.
#[component]
pub fn DeliveriesView(page: DeliveriesPage, failed_only: bool) -> impl IntoView {
    let alerts = page.alerts.clone();
    let (href, word) = if failed_only {
        ("/admin/deliveries", "All deliveries")
    } else {
        ("/admin/deliveries?only=failed", "Failed only")
    };
    let aside = view! {
        <ZoneNote />
        <a href=href class=button::QUIET><Icon name="list-filter" class="w-3.5 h-3.5 shrink-0" />{word}</a>
    }
    .into_any();
    let content = if page.rows.is_empty() {
        let title = if failed_only { "No delivery has failed" } else { "Nothing was sent yet" };
        view! { <Empty title=title text="Outcomes are sent to the endpoints that sessions name." /> }.into_any()
    } else {
        view! { <Table page=page failed_only=failed_only /> }.into_any()
    };
    view! {
        <Alerts alerts=alerts />
        <div class="px-4 lg:px-6 pb-16 max-w-[1080px]">
            <Section id="deliveries" title="Delivery log" aside=aside>{content}</Section>
        </div>
    }
    .into_any()
}

#[component]
fn Table(page: DeliveriesPage, failed_only: bool) -> impl IntoView {
    let now = page.now;
    let rows = page.rows.into_iter().map(|row| line(&row, now)).collect_view();
    let filter = if failed_only { "only=failed&" } else { "" };
    let first = if failed_only { "/admin/deliveries?only=failed" } else { "/admin/deliveries" };
    let next = page.next_cursor.map(|cursor| format!("/admin/deliveries?{filter}cursor={cursor}"));
    view! {
        <div tabindex="0" role="group" aria-label="Table, scrolls sideways" class="relative rounded-lg border border-rule overflow-x-auto">
            <table class="w-full">
                <thead class="bg-canvas">
                    <tr>
                        <th scope="col" class=HEAD>"Event"</th>
                        <th scope="col" class=HEAD>"To"</th>
                        <th scope="col" class=HEAD>"Result"</th>
                        <th scope="col" class=HEAD>"Try"</th>
                        <th scope="col" class=HEAD>"At"</th>
                        <th scope="col" class=HEAD><span class="sr-only">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <nav class="flex items-center gap-2 py-3" aria-label="Pages">
            {page.is_continued.then(|| view! { <a href=first class=button::SMALL>"First page"</a> })}
            {next.map(|href| view! { <a href=href class=button::SMALL>"Next page"<Icon name="arrow-right" class="w-3.5 h-3.5 shrink-0" /></a> })}
        </nav>
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
