//! Sentences of what administrators did, and of who came and went.

use super::{
    phrase::Phrase,
    sentence::{Told, list, words},
};
use crate::kit::moment::days;
use domain::{Role, event::Event};

/// What administrators did, and who came and went.
pub(super) fn tell(event: &Event, who: Phrase) -> Told {
    match event {
        Event::WorkflowPublished { name, version, digest } => {
            Told::of([who, words(" published "), Phrase::Code(format!("{name}@{version}"))])
                .more([words("Digest "), Phrase::Digest(*digest)])
        }
        Event::WorkflowProposed { .. }
        | Event::WorkflowUnseconded { .. }
        | Event::WorkflowConfirmed { .. }
        | Event::WorkflowDeclined { .. } => tell_version(event, who),
        Event::PersonAdded { person, roles, groups } => {
            let told = Told::of([who, words(" added person "), Phrase::code(person.tail())]);
            told.more([words(format!("Roles: {}; groups: {}", list(&role_words(roles)), list(groups)))])
        }
        Event::PersonChanged { person, name, previous_name, roles, previous_roles } => {
            let told = Told::of([who, words(" changed person "), Phrase::code(person.tail())]);
            let told = match previous_name {
                Some(previous) => told.more([words(format!("Name: {name}, was {previous}. "))]),
                None => told,
            };
            match previous_roles {
                Some(previous) => told.more([words(format!(
                    "Roles: {}, were {}",
                    list(&role_words(roles)),
                    list(&role_words(previous))
                ))]),
                None => told,
            }
        }
        Event::PersonDisabled { person } => Told::of([who, words(" disabled person "), Phrase::code(person.tail())]),
        Event::PersonEnabled { person } => {
            Told::of([who, words(" enabled person "), Phrase::code(person.tail()), words(" again")])
        }
        Event::GroupCreated { .. } | Event::GroupJoined { .. } | Event::GroupLeft { .. } => tell_group(event, who),
        Event::DelegationCreated { .. } | Event::DelegationEnded { .. } => tell_delegation(event, who),
        Event::PasswordChanged { person } => {
            Told::of([who, words(" changed the password of person "), Phrase::code(person.tail())])
        }
        Event::KeyCreated { name, scopes, .. } => {
            let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
            Told::of([who, words(" created key "), Phrase::code(name)])
                .more([words(format!("Scopes: {}", list(&scopes)))])
        }
        Event::KeyRevoked { key } => Told::of([who, words(" revoked key "), Phrase::code(key.tail())]),
        Event::SignedIn { .. } => Told::of([who, words(" signed in")]),
        Event::SignedOut { .. } => Told::of([who, words(" signed out")]),
        Event::SignInRefused { .. } => Told::of([words("A sign-in was refused")]),
        _ => Told::default(),
    }
}

/// Whether a version that could let more through is in force.
fn tell_version(event: &Event, who: Phrase) -> Told {
    let of = |name: &str, version: &u32| Phrase::Code(format!("{name}@{version}"));
    match event {
        Event::WorkflowProposed { name, version } => {
            Told::of([who, words(" proposed "), of(name, version), words(", which could let more through")])
                .more([words("It waits for a second administrator")])
        }
        Event::WorkflowUnseconded { name, version } => {
            Told::of([who, words(" put "), of(name, version), words(" in force without a second administrator")])
                .more([words("It could let more through, and there was nobody else to confirm it")])
        }
        Event::WorkflowConfirmed { name, version } => Told::of([who, words(" confirmed "), of(name, version)]),
        Event::WorkflowDeclined { name, version, reason } => {
            Told::of([who, words(" declined "), of(name, version)]).more([words(reason)])
        }
        _ => Told::default(),
    }
}

fn tell_group(event: &Event, who: Phrase) -> Told {
    match event {
        Event::GroupCreated { name, .. } => Told::of([who, words(" created group "), Phrase::code(name)]),
        Event::GroupJoined { name, person, .. } => {
            let whom = Phrase::code(person.tail());
            Told::of([who, words(" added person "), whom, words(" to group "), Phrase::code(name)])
        }
        Event::GroupLeft { name, person, .. } => {
            let whom = Phrase::code(person.tail());
            Told::of([who, words(" removed person "), whom, words(" from group "), Phrase::code(name)])
        }
        _ => Told::default(),
    }
}

fn tell_delegation(event: &Event, who: Phrase) -> Told {
    match event {
        Event::DelegationCreated { principal_name, delegate_name, groups, from, until, .. } => {
            let groups = if groups.is_empty() { "all their groups".to_owned() } else { list(groups) };
            let (principal, delegate) = (Phrase::Name(principal_name.clone()), Phrase::Name(delegate_name.clone()));
            Told::of([who, words(" set "), delegate, words(" to decide for "), principal])
                .more([words(format!("{}, for {groups}", days(*from, *until)))])
        }
        Event::DelegationEnded { principal_name, delegate_name, .. } => {
            let (principal, delegate) = (Phrase::Name(principal_name.clone()), Phrase::Name(delegate_name.clone()));
            Told::of([who, words(" ended that "), delegate, words(" decides for "), principal])
        }
        _ => Told::default(),
    }
}

fn role_words(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.as_str()).collect()
}
