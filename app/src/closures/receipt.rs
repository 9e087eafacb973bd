//! One receipt: what set it going, what the source said, what was done where, and what is left to people.

use super::{
    drift::Drifts,
    dry_run::{Replay, refused, tried},
    follow::FollowedReceipt,
    follow_ups::FollowUps,
    phases::phases,
    record::{overrides, record},
    review::Review,
    steps::steps,
    words::badge,
};
use crate::{
    brought::Posted,
    kit::{address::Address, button, copy::Copy, icon::Icon},
    recorded::text::Text,
};
use domain::{closure::replay::DryRun, closures::ClosurePage};
use leptos::prelude::*;

/// The receipt; what was posted belongs to the form it came from.
#[component]
pub fn ReceiptView<'a>(
    page: ClosurePage,
    /// The list beside it, as it is narrowed.
    list: Address,
    posted: Option<&'a Posted>,
    would: Option<&'a DryRun>,
) -> impl IntoView + use<> {
    let id = page.id();
    let back = list.to_string();
    let action = list.at(format!("/closures/{id}")).to_string();
    let kept = StoredValue::new(action.clone());
    let would = would.filter(|run| run.closure_id == id).map(tried);
    let followed = FollowedReceipt::follow(page);
    view! {
        <div class="min-w-0 px-4 lg:px-6 pt-4 pb-16 max-w-[1080px]">
            <a href=back class="lg:hidden inline-flex items-center gap-1.5 min-h-9 text-xs text-muted hover:text-fg">
                <Icon name="arrow-left" class="w-3.5 h-3.5 shrink-0" />
                "Closures"
            </a>
            <div class="flex items-start gap-3 flex-wrap">
                <div class="min-w-0">{move || followed.with(head)}</div>
                <div class="ms-auto flex flex-wrap items-center gap-2">
                    <Replay followed=followed action=action.clone() />
                    <a href=format!("/api/v1/closures/{id}") rel="external" class=button::SMALL><Icon name="file-json" class="w-3.5 h-3.5 shrink-0" />"Receipt as JSON"</a>
                </div>
            </div>
            {refused(posted)}
            {would}
            {move || followed.with(phases)}
            {move || followed.with(steps)}
            <Review followed=followed action=kept posted=posted />
            <FollowUps followed=followed action=action posted=posted />
            <Drifts followed=followed action=kept posted=posted />
            {move || followed.with(overrides)}
            {move || followed.with(record)}
        </div>
    }
    .into_any()
}

fn head(page: &ClosurePage) -> AnyView {
    let (receipt, id) = (&page.receipt, page.id().to_string());
    let trigger = &receipt.trigger;
    let repeats = match receipt.repeats() {
        0 => None,
        1 => Some("its event arrived once more".to_owned()),
        more => Some(format!("its event arrived {more} times more")),
    };
    let run = trigger.run.map(|run| view! { <a href=format!("/runs/{run}") class="lnk mono">"run_…"{run.tail()}</a> });
    let approval = trigger.approval.map(|approval| {
        view! { <a href=format!("/approvals/{approval}") class="lnk mono">"apr_…"{approval.tail()}</a> }
    });
    let version = receipt.workflow_version;
    view! {
        <h2 class="text-xl font-semibold tracking-[-0.015em] leading-7 break-words"><Text text=&receipt.title /></h2>
        <p class="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted mt-0.5">
            <span>"Receipt "<code title=id.clone()>"clo_…"{page.id().tail()}</code></span>
            <Copy text=id what="receipt id" />
            {badge(receipt.status)}
            <span class="min-w-0 break-words">"event "<code class="break-all"><Text text=&trigger.event_id /></code></span>
            <span class="min-w-0 break-words">"policy "<code><Text text=&receipt.workflow />" v"{version}" "<Text text=&receipt.rule /></code></span>
            {repeats.map(|repeats| view! { <span>{repeats}</span> })}
            {run}
            {approval}
        </p>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;
    use domain::{Refusal, closure::Closure};

    fn shown(page: &ClosurePage, posted: Option<&Posted>, would: Option<&DryRun>) -> String {
        let page = page.clone();
        let view = || {
            view! { <ReceiptView page=page list=Address::new("/closures").with("workflow", Some("research")) posted=posted would=would /> }.to_html()
        };
        Owner::new().with(view).replace("<!>", "")
    }

    fn html(page: &ClosurePage) -> String {
        shown(page, None, None)
    }

    #[test]
    fn a_receipt_is_told_in_full_and_stays_text() {
        let html = html(&sample::closure());
        for said in [
            "Says what was expected",
            "2 of 3 mapped",
            "Goes on by itself",
            "Read back: done",
            "after 3 tries. ",
            "Next automatic try",
            "board/BM-198@3/registry",
            "skipped_idempotent",
            "its event arrived once more",
            "had it finish told",
            "Lena &lt;i&gt;Haas",
            "Ana &lt;b&gt;Ruiz",
            "Mapped &lt;b&gt;by hand",
            "/runs/run_",
            "/api/v1/closures/clo_",
            "U+202E",
        ] {
            assert!(html.contains(said), "{said} in {html}");
        }
        let has_markup =
            ["<script", "<img", "<em>", "<s>", "<u>", "<br>", "style="].iter().any(|tag| html.contains(tag));
        assert!(!has_markup, "{html}");
    }

    #[test]
    fn each_is_offered_what_they_may_do() {
        let page = sample::closure();
        let all = html(&page);
        for form in ["resolve", "assign", "replay", "try", "look", "accept"] {
            assert_eq!(all.matches(&format!("value=\"{form}\"")).count(), 1, "{form} in {all}");
        }
        let kept = format!(r#"action="/closures/{}?workflow=research""#, page.id());
        assert_eq!(
            (all.matches(&kept).count(), all.matches("action=").count()),
            (6, 6),
            "the list stays narrowed: {all}"
        );
        let reader = ClosurePage {
            may_resolve: false,
            owners: Vec::new(),
            may_replay: false,
            may_settle_drift: false,
            ..page.clone()
        };
        assert!(!html(&reader).contains("<form"));
        let mut done = page;
        done.receipt.state = Closure::Completed { at: done.now };
        assert!(!html(&done).contains("value=\"try\""), "nothing is left to be replayed");
    }

    #[test]
    fn what_was_typed_is_kept_at_its_follow_up_with_what_is_wrong() {
        let page = sample::closure();
        let id = page.receipt.follow_ups[0].follow_up_id.to_string();
        let values = [("follow_up".to_owned(), id.clone()), ("resolution".to_owned(), "x".to_owned())];
        let posted = Posted {
            form: "resolve".to_owned(),
            refusal: Some(Refusal::invalid("/resolution", "Say <how> it was settled.")),
            values: values.into(),
            ..Posted::default()
        };
        let html = shown(&page, Some(&posted), None);
        assert!(html.contains(&format!("resolution-{id}-fault")) && html.contains("Say &lt;how&gt;"), "{html}");
    }

    #[test]
    fn drift_is_told_by_record_and_stays_text() {
        let html = html(&sample::closure());
        for said in [
            "Not as it was left",
            "in &lt;b&gt;review",
            "something else (not kept)",
            "answered 503 &lt;u&gt;",
            "What is known of it is from before.",
            "a later closure has written it",
            "once a day",
        ] {
            assert!(html.contains(said), "{said} in {html}");
        }
        let accepted = html.contains("Accepted by");
        assert!(!accepted, "nobody has accepted it: {html}");
        let page = sample::closure();
        let values = [("reason".to_owned(), " ".to_owned())];
        let posted = Posted {
            form: "accept".to_owned(),
            refusal: Some(Refusal::invalid("/reason", "Say <why>.")),
            values: values.into(),
            ..Posted::default()
        };
        let html = shown(&page, Some(&posted), None);
        assert!(html.contains("drift-reason-fault") && html.contains("Say &lt;why&gt;"), "{html}");
    }

    #[test]
    fn a_dry_run_says_that_nothing_was_written() {
        let html = shown(&sample::closure(), None, Some(&sample::dry_run()));
        for said in ["Nothing was written", "Ask a person", "It is not as wanted yet", "no &lt;em&gt;such"] {
            assert!(html.contains(said), "{said} in {html}");
        }
        let gone = DryRun { source_holds: false, source_detail: Some("It says <no>.".to_owned()), ..sample::dry_run() };
        let html = shown(&sample::closure(), None, Some(&gone));
        assert!(html.contains("and nothing would be") && html.contains("It says &lt;no&gt;."), "{html}");
    }
}
