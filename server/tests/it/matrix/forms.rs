//! Whether every form a page shows has a row.

use std::collections::BTreeSet;

use axum::http::Method;
use domain::Role;

use super::{
    caller::Who,
    rows::{Row, pages},
    thing::Thing,
    world::World,
};

/// Looks at every page, in every state that shows a form, and fails for a form that no row tries.
pub async fn are_all_known(world: &mut World<'_>, rows: &[Row]) {
    let known: BTreeSet<String> = rows.iter().map(Row::label).collect();
    let mut seen = BTreeSet::new();
    for mut page in pages().into_iter().filter(|page| page.method == Method::GET) {
        for thing in states(page.thing) {
            page.thing = *thing;
            let which = page.thing.kinds()[0];
            let asked = [Who::Nobody, Who::Person(Role::Reviewer), Who::Person(Role::Admin)];
            for who in asked {
                let request = world.request(&page, which, who).await;
                seen.extend(forms(&world.console.send(request).await.text, &page, rows));
            }
        }
    }
    let unknown: Vec<&String> = seen.difference(&known).collect();
    assert!(unknown.is_empty(), "pages show forms that no row tries: {unknown:?}");
    assert!(seen.len() > 20, "pages show few forms: {seen:?}");
}

/// The things of a kind whose pages differ in their forms.
const fn states(thing: Thing) -> &'static [Thing] {
    match thing {
        Thing::Waiting => &[Thing::Waiting, Thing::Asked, Thing::Unwoken],
        Thing::Person => &[Thing::Person, Thing::DisabledPerson],
        Thing::Nothing => &[Thing::Nothing],
        Thing::Run => &[Thing::Run, Thing::Stuck],
        Thing::Stopped => &[Thing::Stopped, Thing::Closure, Thing::Sampled, Thing::Drifted],
        Thing::Leaf => &[Thing::Leaf],
        Thing::Group => &[Thing::Group],
        Thing::Workflow => &[Thing::Workflow, Thing::Proposal],
        _ => &[Thing::Workflow],
    }
}

/// The posted forms of a page, named as rows are.
fn forms(html: &str, page: &Row, rows: &[Row]) -> Vec<String> {
    let posted = html.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next());
    let posted =
        posted.filter(|form| attribute(form, "method").is_some_and(|method| method.eq_ignore_ascii_case("post")));
    posted.map(|form| named(form, page, rows)).collect()
}

fn named(form: &str, page: &Row, rows: &[Row]) -> String {
    // Without an action a form goes to its own page.
    let action = attribute(form, "action").unwrap_or(page.path);
    let action = action.split('?').next().expect("a path");
    let path =
        rows.iter().map(|row| row.path).filter(|path| is_at(path, action)).min_by_key(|path| path.matches('{').count());
    let which = form.split("<input").find(|input| attribute(input, "name") == Some("form"));
    match which.and_then(|input| attribute(input, "value")) {
        Some(which) => format!("POST {} [{which}]", path.unwrap_or(action)),
        None => format!("POST {}", path.unwrap_or(action)),
    }
}

fn is_at(declared: &str, path: &str) -> bool {
    let (declared, path): (Vec<&str>, Vec<&str>) = (declared.split('/').collect(), path.split('/').collect());
    declared.len() == path.len() && declared.iter().zip(&path).all(|(one, other)| one.starts_with('{') || one == other)
}

/// An attribute of the tag a text begins within.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let tag = tag.split('>').next()?;
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[at..].split('"').next()
}
