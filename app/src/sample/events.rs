//! A sample of every kind of event.

use super::{approval_id, decision_id, session, viewer};
use domain::{Digest, event::Event};
use serde_json::json;

/// One event of every kind.
pub fn every_event() -> Vec<Event> {
    // Every event is data of its log entry, so that samples are written as the log writes them.
    let digest = Digest::of("any", b"1").to_string();
    let (run_session, approval, check) =
        (session().to_string(), approval_id().to_string(), "gc_01j1x6q34xfvqr28t5cy4tp001");
    let group = "grp_01j1x6q34xfvqr28t5cy4tp001";
    let (person, key) = (viewer().to_string(), "key_01j1x6q34xfvqr28t5cy4tp001");
    let samples = json!([
        {"kind": "run.started", "workflow": "onboarding", "version": 12, "subject": "cust_456", "requested_by": person},
        {"kind": "run.cancelled", "reason": "Asked for twice."},
        {"kind": "run.failed", "error": "The host went away."},
        {"kind": "session.attached", "session": run_session, "framework": "claude-code", "external_id": "01jd4"},
        {"kind": "session.assigned", "session": run_session, "runner": "build-7"},
        {"kind": "session.suspended", "session": run_session, "approval": approval, "awaiting": 1},
        {"kind": "session.released", "session": run_session, "approval": approval, "awaiting": 2},
        {"kind": "session.resumed", "session": run_session, "approval": approval},
        {"kind": "session.ended", "session": run_session},
        {"kind": "fact.written", "name": "risk_tier", "value": "high", "version": 3, "previous": "medium", "source": "risk_engine", "reference": "ra_5513"},
        {"kind": "assertion.recorded", "assertions": {"risk_tier": "medium tier"}, "statement": "He is medium tier."},
        {"kind": "gate.checked", "check": check, "session": run_session, "tool": "setup_account", "tool_use_id": "t1", "gate": "gate_account_setup", "outcome": "block", "error": "Ask first.", "approval": null},
        {"kind": "tool.executed", "check": check, "tool": "setup_account", "is_error": false, "facts": ["account_id"]},
        {"kind": "approval.opened", "approval": approval, "gate": "g", "tool": "setup_account", "title": "Set up account", "risk": "high", "policy": "high-risk", "package_digest": digest, "expires_at": null},
        {"kind": "approval.approved", "approval": approval},
        {"kind": "approval.rejected", "approval": approval},
        {"kind": "approval.expired", "approval": approval},
        {"kind": "approval.cancelled", "approval": approval, "reason": "Asked for twice."},
        {"kind": "approval.superseded", "approval": approval},
        {"kind": "approval.revoked", "approval": approval, "reason": "The wrong account."},
        {"kind": "information.requested", "approval": approval, "question": "Which year?", "revision": 3, "expires_at": null},
        {"kind": "approval.edited", "approval": approval, "input": {"amount": 500}, "revision": 4, "package_digest": digest},
        {"kind": "information.given", "approval": approval, "answer": "2025.", "revision": 5, "expires_at": null},
        {"kind": "approval.consumed", "approval": approval, "session": run_session, "tool_use_id": "t1"},
        {"kind": "approval.voided", "approval": approval, "because": "A sanctions hit is open."},
        {"kind": "decision.recorded", "decision": decision_id().to_string(), "approval": approval, "verdict": "reject", "group": "Risk", "revision": 3, "package_digest": digest, "reason_code": "other", "notes": "Ask for a newer statement.", "signature": {"meaning": "I have reviewed revision 3 of this package and reject it for Risk.", "signed_at": "2026-11-21T14:33:12Z", "authenticated_by": "password"}},
        {"kind": "person.added", "person": person, "roles": ["reviewer"], "groups": ["Risk"]},
        {"kind": "person.changed", "person": person, "name": "Mira Okafor", "previous_name": null, "roles": ["reviewer"], "previous_roles": ["reviewer", "admin"]},
        {"kind": "person.disabled", "person": person},
        {"kind": "person.enabled", "person": person},
        {"kind": "person.password_changed", "person": person},
        {"kind": "group.created", "group": group, "name": "risk"},
        {"kind": "group.joined", "group": group, "name": "risk", "person": person},
        {"kind": "group.left", "group": group, "name": "risk", "person": person},
        {"kind": "delegation.created", "delegation": "dlg_01j1x6q34xfvqr28t5cy4tp001", "principal": person, "principal_name": "Ana Ruiz", "delegate": person, "delegate_name": "Ben Cole", "groups": ["Risk"], "from": "2026-11-23T00:00:00Z", "until": "2026-11-28T00:00:00Z"},
        {"kind": "delegation.ended", "delegation": "dlg_01j1x6q34xfvqr28t5cy4tp001", "principal": person, "principal_name": "Ana Ruiz", "delegate": person, "delegate_name": "Ben Cole"},
        {"kind": "key.created", "key": key, "name": "hook", "scopes": ["hook"], "owner": null},
        {"kind": "key.revoked", "key": key},
    ]);
    let mut events: Vec<Event> = serde_json::from_value(samples).expect("samples of events");
    events.extend(attention_events());
    events.extend(version_events());
    events.sort_by_key(|event| Event::KINDS.iter().position(|kind| *kind == event.kind()));
    events
}

/// Who came, and who looked into an approval.
fn attention_events() -> Vec<Event> {
    let (approval, person) = (approval_id().to_string(), viewer().to_string());
    let samples = json!([
        {"kind": "session.signed_in", "person": person},
        {"kind": "session.signed_out", "person": person},
        {"kind": "session.sign_in_refused", "person": null},
        {"kind": "signature.refused", "approval": approval},
        {"kind": "approval.claimed", "approval": approval, "until": "2026-11-21T15:08:41Z"},
        {"kind": "approval.released", "approval": approval},
        {"kind": "approval.taken_over", "approval": approval, "from": person, "reason": "Ana is out.", "until": "2026-11-21T15:08:41Z"},
        {"kind": "approval.assigned", "approval": approval, "person": person, "group": null, "reason": "Knows the customer."},
        {"kind": "approval.unassigned", "approval": approval},
        {"kind": "approval.viewed", "approval": approval, "revision": 3, "opened_at": "2026-11-21T14:55:41Z", "seconds": 184, "via": "console"},
    ]);
    let mut events: Vec<Event> = serde_json::from_value(samples).expect("samples of events");
    events.extend(waking_events());
    events
}

/// Those about deadlines, waking sessions and where that is sent.
fn waking_events() -> Vec<Event> {
    let (approval, resumption) = (approval_id().to_string(), "res_01j1x6q34xfvqr28t5cy4tp001");
    let endpoint = "end_01j1x6q34xfvqr28t5cy4tp001";
    let samples = json!([
        {"kind": "approval.reminded", "approval": approval, "groups": ["Compliance", "Risk"]},
        {"kind": "approval.raised", "approval": approval, "group": "Compliance leads"},
        {"kind": "resumption.queued", "resumption": resumption, "approval": approval},
        {"kind": "resumption.delivered", "resumption": resumption, "approval": approval},
        {"kind": "resumption.attempted", "resumption": resumption, "approval": approval, "endpoint": endpoint, "attempt": 2},
        {"kind": "resumption.leased", "resumption": resumption, "approval": approval, "runner": "build-7", "attempt": 2},
        {"kind": "resumption.reported", "resumption": resumption, "approval": approval, "runner": "build-7", "attempt": 2, "outcome": "already_resumed", "detail": "No deferred tool marker found"},
        {"kind": "resumption.failed", "resumption": resumption, "approval": approval, "attempt": 2, "cause": "answered 503", "next_try": null},
        {"kind": "resumption.retried", "resumption": resumption, "approval": approval},
        {"kind": "resumption.abandoned", "resumption": resumption, "approval": approval, "reason": "The agent is gone."},
        {"kind": "alert.raised", "alert": "session_ended", "about": approval},
        {"kind": "alert.settled", "alert": "session_ended", "about": approval},
        {"kind": "endpoint.added", "endpoint": endpoint, "name": "payments", "allow_private": false},
        {"kind": "endpoint.rotated", "endpoint": endpoint, "name": "payments", "until": "2026-11-22T14:33:12Z"},
        {"kind": "endpoint.disabled", "endpoint": endpoint, "name": "payments", "because": "answered 410"},
        {"kind": "endpoint.enabled", "endpoint": endpoint, "name": "payments"},
    ]);
    let mut events: Vec<Event> = serde_json::from_value(samples).expect("samples of events");
    events.extend(stage_events());
    events.extend(closure_events());
    events
}

/// What follows a decision by itself.
fn closure_events() -> Vec<Event> {
    let (closure, follow_up) = ("clo_01j1x6q34xfvqr28t5cy4tp001", "fup_01j1x6q34xfvqr28t5cy4tp001");
    let (target, later) = ("tgt_01j1x6q34xfvqr28t5cy4tp001", "2026-11-21T15:11:00Z");
    let key = "review-board/BM-198@3/registry/tracker/studies/BM-198";
    let samples = json!([
        {"kind": "closure.started", "closure": closure, "workflow": "closure-research", "version": 3, "rule": "close_study", "event_id": "evt-7"},
        {"kind": "closure.repeated", "closure": closure, "event_id": "evt-7"},
        {"kind": "closure.revalidated", "closure": closure, "record": "BM-198", "version": "3"},
        {"kind": "closure.planned", "closure": closure, "steps": 4},
        {"kind": "closure.delayed", "closure": closure, "cause": "answered 503", "next_try": later},
        {"kind": "closure.ended", "closure": closure, "status": "partial", "reason": null, "next_try": later},
        {"kind": "closure.replayed", "closure": closure, "steps": ["registry"]},
        {"kind": "closure.drifted", "closure": closure, "records": ["registry: tracker/studies/BM-198: /status"]},
        {"kind": "closure.drift_ended", "closure": closure},
        {"kind": "closure.drift_accepted", "closure": closure, "reason": "Known."},
        {"kind": "closure.step_intended", "closure": closure, "step": "registry", "target": "tracker", "record": "studies/BM-198", "key": key, "attempt": 1},
        {"kind": "closure.step_done", "closure": closure, "step": "registry", "key": key, "confirmed": "read back"},
        {"kind": "closure.step_skipped", "closure": closure, "step": "registry", "key": key, "confirmed": "read before writing"},
        {"kind": "closure.step_failed", "closure": closure, "step": "registry", "key": key, "attempts": 2, "cause": "answered 503", "next_try": later},
        {"kind": "closure.step_blocked", "closure": closure, "step": "registry", "key": key, "reason": "mapping_missing", "detail": "There is no such record."},
        {"kind": "closure.sampled", "closure": closure, "group": "process-owners", "drawn": "draw", "one_in": 20},
        {"kind": "closure.reviewed", "closure": closure, "verdict": "not_in_order", "note": "The wrong queue.", "follow_up": follow_up},
        {"kind": "follow_up.opened", "follow_up": follow_up, "closure": closure, "step": "registry", "reason": "mapping_missing"},
        {"kind": "follow_up.assigned", "follow_up": follow_up, "closure": closure, "to": "usr_01j1x6q34xfvqr28t5cy4tp001", "reason": "Keeps the registry."},
        {"kind": "follow_up.resolved", "follow_up": follow_up, "closure": closure, "resolution": "Linked by hand.", "outcome": "again"},
        {"kind": "target.added", "target": target, "name": "tracker", "target_kind": "http", "allow_private": true},
        {"kind": "target.rekeyed", "target": target, "name": "tracker"},
        {"kind": "target.disabled", "target": target, "name": "tracker"},
        {"kind": "target.enabled", "target": target, "name": "tracker"},
    ]);
    serde_json::from_value(samples).expect("samples of events")
}

/// What happens to versions of workflows.
fn version_events() -> Vec<Event> {
    let digest = Digest::of("any", b"1").to_string();
    let samples = json!([
        {"kind": "workflow.published", "name": "onboarding", "version": 12, "digest": digest},
        {"kind": "workflow.proposed", "name": "onboarding", "version": 12},
        {"kind": "workflow.unseconded", "name": "onboarding", "version": 12},
        {"kind": "workflow.confirmed", "name": "onboarding", "version": 12},
        {"kind": "workflow.declined", "name": "onboarding", "version": 12, "reason": "It closes cases of others."},
    ]);
    serde_json::from_value(samples).expect("samples of events")
}

/// What happens to stages.
fn stage_events() -> Vec<Event> {
    let digest = Digest::of("any", b"1").to_string();
    let approval = approval_id().to_string();
    let (handoff, undoing) = ("ho_01j1x6q34xfvqr28t5cy4tp001", "cmp_01j1x6q34xfvqr28t5cy4tp001");
    let samples = json!([
        {"kind": "run.completed"},
        {"kind": "stage.entered", "stage": "kyc_check", "attempt": 1, "snapshot": "snap_01j1x6q34xfvqr28t5cy4tp001"},
        {"kind": "stage.held", "stage": "kyc_check", "attempt": 1, "end": "exit", "unmet": ["kyc_passed"]},
        {"kind": "stage.submitted", "stage": "kyc_check", "attempt": 1, "approval": approval},
        {"kind": "stage.withdrawn", "stage": "kyc_check", "attempt": 1, "approval": approval},
        {"kind": "stage.completed", "stage": "kyc_check", "attempt": 1, "handoff": handoff},
        {"kind": "stage.failed", "stage": "kyc_check", "attempt": 1, "error": "The bureau timed out.", "user_message": "It will be tried again."},
        {"kind": "stage.rolled_back", "stage": "kyc_check", "attempt": 1},
        {"kind": "stage.reopened", "stage": "collect_info", "attempt": 1, "because": "kyc_check failed"},
        {"kind": "step.begun", "step": "tests", "attempt": 1},
        {"kind": "step.submitted", "step": "approval", "attempt": 1, "approval": approval},
        {"kind": "step.verified", "step": "tests", "attempt": 1, "evidence": digest},
        {"kind": "step.failed", "step": "tests", "attempt": 1, "error": "expected exit code 0, found: 1"},
        {"kind": "handoff.issued", "handoff": handoff, "from_stage": "kyc_check", "to_stage": "risk_assessment", "digest": digest},
        {"kind": "compensation.asked", "compensation": undoing, "stage": "account_setup", "tool": "close_account"},
        {"kind": "compensation.done", "compensation": undoing, "detail": "Closed."},
        {"kind": "compensation.failed", "compensation": undoing, "detail": "Locked."},
        {"kind": "fact.retracted", "name": "account_id", "version": 2, "previous": "acc_1", "stage": "account_setup"},
    ]);
    let mut events: Vec<Event> = serde_json::from_value(samples).expect("samples of events");
    events.extend(escalation_events());
    events.extend(notification_events());
    events
}

/// What people are told.
fn notification_events() -> Vec<Event> {
    let (about, person) = ("evt_01j1x6q34xfvqr28t5cy4tp001", viewer().to_string());
    let dispatch = "dsp_01j1x6q34xfvqr28t5cy4tp001";
    let samples = json!([
        {"kind": "notification.made", "topic": "approval_opened", "about": about, "people": [person, person]},
        {"kind": "notification.failed", "dispatch": dispatch, "channel": "mail", "cause": "no answer within 15000 ms"},
        {"kind": "notification.retried", "dispatch": dispatch, "channel": "mail"},
        {"kind": "channel.set", "channel": "slack"},
        {"kind": "channel.removed", "channel": "webhook"},
    ]);
    serde_json::from_value(samples).expect("samples of events")
}

/// What happens to escalations and concerns.
fn escalation_events() -> Vec<Event> {
    let concern = "con_01j1x6q34xfvqr28t5cy4tp001";
    let (escalation, person) = ("esc_01j1x6q34xfvqr28t5cy4tp001", viewer().to_string());
    let samples = json!([
        {"kind": "escalation.opened", "escalation": escalation, "customer_id": "cust_456", "refund_amount": {"amount": "1840.00", "currency": "EUR"}, "recommended_action": "Refund and call the customer."},
        {"kind": "escalation.acknowledged", "escalation": escalation},
        {"kind": "escalation.assigned", "escalation": escalation, "to": person, "reason": "Knows the carrier."},
        {"kind": "escalation.resolved", "escalation": escalation, "resolution": "Paid back in full."},
        {"kind": "escalation.overdue", "escalation": escalation, "duty": "acknowledge", "due": "2026-11-21T14:32:00Z"},
        {"kind": "concern.opened", "concern": concern, "title": "Billed <b>twice</b>", "refs": ["INV-29904"]},
        {"kind": "concern.updated", "concern": concern, "findings": {"refund": {"amount": "5.00", "currency": "EUR"}, "text": "The <i>note</i> was never posted."}},
        {"kind": "concern.resolved", "concern": concern, "findings": null, "resolution": "Pay it back."},
        {"kind": "concerns.unified", "concerns": [concern], "refunds": [{"amount": "5.00", "currency": "EUR"}], "resolution": "One refund for all."},
    ]);
    serde_json::from_value(samples).expect("samples of events")
}
