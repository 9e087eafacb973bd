//! Every approval that is about to be decided, as it is now, and the form that decides all of them.

use crate::{
    brought::Posted,
    kit::{
        badge::Tone,
        button,
        field::{Fault, INPUT},
        icon::Icon,
        notice::Notice,
        risk::RiskMark,
        text_area::filled,
    },
    queue::level,
    recorded::{json::Json, text::Text},
};
use domain::{
    bulk::{Preview, Previewed},
    decision::Verdict,
    policy::{MAX_NOTES, Reasons, Seat},
};
use leptos::prelude::*;

/// The list and the form; what was posted is why nothing was decided.
#[component]
pub fn PreviewView<'a>(preview: &'a Preview, posted: Option<&'a Posted>) -> impl IntoView + use<> {
    let count = preview.items.len();
    let what = if count == 1 { "1 approval".to_owned() } else { format!("{count} approvals") };
    let refused = posted.and_then(|posted| posted.refusal.clone()).map(|refusal| {
        view! {
            <Notice tone=Tone::Fail icon="circle-x" title="Nothing was decided" alert=true>
                <p class="break-words"><Text text=&refusal.message /></p>
            </Notice>
        }
    });
    let misfit = preview.objection.and_then(|(id, objection)| {
        let title = preview.items.iter().find(|item| item.id == id)?.title.clone();
        Some(view! {
            <Notice tone=Tone::Warn icon="shield-alert" title="These cannot be decided together">
                <p class="break-words">"“"<Text text=&title />"” "{objection.words()}"."</p>
            </Notice>
        })
    });
    let items: Vec<AnyView> = preview.items.iter().map(line).collect();
    let form = preview.objection.is_none().then(|| form(preview, posted));
    view! {
        <div class="px-4 lg:px-6 py-4 space-y-3">
            <h2 class="text-sm font-semibold tracking-[-0.01em]">{what}", each decided as it stands here"</h2>
            {refused}
            {misfit}
            <ol class="rounded-lg border border-rule">{items}</ol>
            {form}
        </div>
    }
    .into_any()
}

fn line(item: &Previewed) -> AnyView {
    let digest = item.package_digest.to_string();
    view! {
        <li class="px-3 py-2 border-t border-rule first:border-t-0">
            <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <a href=format!("/approvals/{}", item.id) class="lnk font-medium min-w-0 break-words"><Text text=&item.title /></a>
                <span class="ms-auto inline-flex items-center gap-3 text-xs text-muted whitespace-nowrap">
                    <RiskMark level=level(item.risk) />
                    <span title=digest>"rev "{item.revision}</span>
                </span>
            </div>
            <p class="text-xs text-muted break-words">
                <code><Text text=&item.tool /></code>", "<code>{item.gate.clone()}</code>", "<Text text=&item.agent />", "<Text text=&item.subject />
            </p>
            {decided_for(item.seat.as_ref())}
            <details class="mt-0.5">
                <summary class="inline-flex items-center gap-1 min-h-6 text-xs text-muted hover:text-fg">
                    <Icon name="chevron-right" class="chev w-3 h-3 shrink-0" />"What would run"
                </summary>
                <div class="rounded-md border border-rule bg-canvas overflow-x-auto"><Json value=&item.input anchor="bulk" /></div>
            </details>
        </li>
    }
    .into_any()
}

/// For whom it is decided.
fn decided_for(seat: Option<&Seat>) -> AnyView {
    let words =
        seat.map_or_else(|| "You hold no seat here now.".to_owned(), |seat| format!("Decided for {}", seat.words()));
    view! { <p class="text-xs text-muted break-words"><Text text=&words /></p> }.into_any()
}

/// The seat each is decided for, as it is shown: another is not filled instead.
fn seats(preview: &Preview) -> AnyView {
    let fields = preview.items.iter().filter_map(|item| Some((item.id, item.seat.as_ref()?))).map(|(id, seat)| {
        let whose = seat.speaks_for(preview.viewer).to_string();
        view! {
            <input type="hidden" name=format!("for_group:{id}") value=seat.group.clone() />
            <input type="hidden" name=format!("on_behalf_of:{id}") value=whose />
        }
        .into_any()
    });
    fields.collect::<Vec<AnyView>>().into_any()
}

fn form(preview: &Preview, posted: Option<&Posted>) -> AnyView {
    let count = preview.items.len();
    let items: Vec<String> =
        preview.items.iter().map(|item| format!("{}:{}:{}", item.id, item.revision, item.package_digest)).collect();
    let notes = posted.map(|posted| posted.value("notes")).unwrap_or_default();
    let fault = posted.and_then(|posted| posted.fault("notes"));
    let is_wrong = fault.is_some();
    let field = filled("bulk-notes", &notes);
    view! {
        <form method="post" action="/approvals/bulk" class="space-y-3">
            <input type="hidden" name="form" value="bulk" />
            <input type="hidden" name="items" value=items.join(" ") />
            {seats(preview)}
            {codes(&preview.reasons, posted)}
            <div>
                <label for="bulk-notes" class="flex items-baseline gap-2 mb-1">
                    <span class="font-medium">"Comment, the same for each"</span>
                    <span class="text-xs text-faint ms-auto">{needed(&preview.reasons)}</span>
                </label>
                <textarea
                    id="bulk-notes"
                    node_ref=field
                    name="notes"
                    rows="2"
                    maxlength=MAX_NOTES
                    aria-invalid=is_wrong.then_some("true")
                    aria-describedby=is_wrong.then_some("bulk-notes-fault")
                    class="block w-full rounded-md border border-control bg-surface px-2.5 py-1.5 resize-y"
                ></textarea>
                {fault.map(|message| view! { <Fault id="bulk-notes-fault".to_owned() message=message /> })}
            </div>
            <div class="flex flex-wrap gap-2">
                <button type="submit" name="verdict" value="approve" class=button::PRIMARY>
                    <Icon name="check-check" class="w-4 h-4 shrink-0" />{format!("Approve {count}")}
                </button>
                <button type="submit" name="verdict" value="reject" class=button::DANGER>
                    <Icon name="x" class="w-4 h-4 shrink-0" />{format!("Reject {count}")}
                </button>
                <p class="text-xs text-muted self-center min-w-0">"Each is recorded for itself. One that changed meanwhile fails alone."</p>
            </div>
        </form>
    }
    .into_any()
}

/// On which verdicts a reason is needed.
fn needed(reasons: &Reasons) -> &'static str {
    match (reasons.required_on.contains(&Verdict::Approve), reasons.required_on.contains(&Verdict::Reject)) {
        (true, true) => "required, sent as written",
        (true, false) => "required to approve, sent as written",
        (false, true) => "required to reject, sent as written",
        (false, false) => "optional, sent as written",
    }
}

fn codes(reasons: &Reasons, posted: Option<&Posted>) -> AnyView {
    if reasons.codes.is_empty() {
        return ().into_any();
    }
    let chosen = posted.map(|posted| posted.value("reason_code")).unwrap_or_default();
    let fault = posted.and_then(|posted| posted.fault("reason_code"));
    let options: Vec<AnyView> = reasons
        .codes
        .iter()
        .map(|code| {
            view! { <option value=code.clone() selected=*code == chosen>{code.replace('_', " ")}</option> }.into_any()
        })
        .collect();
    view! {
        <div>
            <label class="block">
                <span class="flex items-baseline gap-2 mb-1">
                    <span class="font-medium">"Reason"</span>
                    <span class="text-xs text-faint ms-auto">{needed(reasons)}</span>
                </span>
                <select name="reason_code" class=INPUT>
                    <option value="">"No reason code"</option>
                    {options}
                </select>
            </label>
            {fault.map(|message| view! { <Fault id="reason-fault".to_owned() message=message /> })}
        </div>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;
    use domain::{Refusal, bulk::Objection, refusal::Code};

    fn html(preview: &Preview, posted: Option<&Posted>) -> String {
        Owner::new().with(|| view! { <PreviewView preview=preview posted=posted /> }.to_html()).replace("<!>", "")
    }

    #[test]
    fn every_item_stands_with_its_revision_and_stays_text() {
        let html = html(&sample::preview(), None);
        let said = ["2 approvals", "rev 3", "Approve 2", "Reject 2", "required to reject", "name=\"items\"", "other"];
        let seats =
            ["Decided for Risk", "Decided for Risk in the place of ", "value=\"Risk\"", "name=\"on_behalf_of:apr_"];
        for said in said.into_iter().chain(seats) {
            assert!(html.contains(said), "{said} in {html}");
        }
        assert!(!html.contains("<script>") && !html.contains("checked") && !html.contains("style="), "{html}");
    }

    #[test]
    fn what_does_not_fit_is_named_and_nothing_can_be_sent() {
        let mut preview = sample::preview();
        preview.objection = Some((preview.items[1].id, Objection::OtherGate));
        let html = html(&preview, None);
        assert!(html.contains("is held by another gate") && !html.contains("<form"), "{html}");
    }

    #[test]
    fn a_refusal_keeps_what_was_typed() {
        let values = [("notes", "They are <b>fine</b>."), ("reason_code", "other")];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let refusal = Some(Refusal::new(Code::ReasonRequired, "The policy asks for a reason."));
        let posted = Posted { form: "bulk".to_owned(), refusal, values, secret: None };
        let html = html(&sample::preview(), Some(&posted));
        assert!(html.contains("Nothing was decided") && html.contains("selected"), "{html}");
    }
}
