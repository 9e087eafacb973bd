//! Ways in: routes are declared with who may call them, and server functions are posted.

use super::{File, Violation};
use crate::source::line_of;

/// Where routes are made.
const ROUTES: &str = "server/src/http/routes.rs";
/// Where what no route names is answered.
const ROUTER: &str = "server/src/http/mod.rs";
/// Ways to give a router a route, in whichever file.
const ADDING: [&str; 7] = [
    ".route(",
    ".route_service(",
    ".nest(",
    ".nest_service(",
    ".fallback_service(",
    "Router::route(",
    ".leptos_routes",
];
const DECLARED: &str = "routes are added by `Routes`, where each declares who may call it";
const POSTED: &str =
    "a server function takes `input = Json`: it is posted, and other sites cannot send its body unasked";

pub fn check(file: &File) -> Vec<Violation> {
    if !file.is_rust() || !["app/src/", "server/src/"].iter().any(|layer| file.path.starts_with(layer)) {
        return Vec::new();
    }
    routes(file).into_iter().chain(server_functions(file)).collect()
}

fn routes(file: &File) -> Vec<Violation> {
    if file.path == ROUTES {
        return Vec::new();
    }
    let in_http: &[&str] = match &*file.path {
        ROUTER => &[".merge("],
        path if path.starts_with("server/src/http/") => &[".merge(", ".fallback("],
        _ => &[],
    };
    let ways = ADDING.iter().chain(in_http);
    let found = ways.flat_map(|way| file.bare.match_indices(way).map(move |(at, _)| (at, way)));
    found.map(|(at, way)| file.violation(line_of(&file.bare, at), format!("`{way}`: {DECLARED}"))).collect()
}

/// Every `#[server…]`, also one behind `cfg_attr` or under the crate's name.
fn server_functions(file: &File) -> Vec<Violation> {
    let attributes = file.bare.match_indices("server").filter(|(at, word)| {
        let before = file.bare[..*at].trim_end().trim_end_matches("leptos::").trim_end();
        let after = file.bare[at + word.len()..].trim_start();
        (before.ends_with("#[") || before.ends_with(',') && is_in_attribute(before)) && after.starts_with(['(', ']'])
    });
    let bad = attributes.filter(|(at, word)| !is_posted(&file.bare[at + word.len()..]));
    bad.map(|(at, _)| file.violation(line_of(&file.bare, at), POSTED)).collect()
}

fn is_in_attribute(before: &str) -> bool {
    before.rfind("#[cfg_attr").is_some_and(|open| !before[open..].contains(']'))
}

/// Whether the arguments name the one encoding, and none of their own making.
fn is_posted(arguments: &str) -> bool {
    let Some(inner) = arguments.trim_start().strip_prefix('(').and_then(|rest| rest.split(')').next()) else {
        return false;
    };
    let given: Vec<String> = inner.split(',').map(|part| part.split_whitespace().collect()).collect();
    let names = |name: &str| given.iter().any(|part| part.split('=').next() == Some(name));
    given.iter().any(|part| part == "input=Json") && !names("protocol") && !names("encoding")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&File::new(path.to_owned(), text.to_owned())).into_iter().map(|found| found.line).collect()
    }

    #[test]
    fn routes_are_added_where_they_are_declared() {
        let text = "let router = Router::new()\n    .route(\"/open\", get(open))\n    .nest(\"/more\", more);";
        for path in ["server/src/http/pages.rs", "server/src/cli/serve.rs", "app/src/a.rs"] {
            assert_eq!(lines(path, text), [2, 3], "{path}");
        }
        assert!(lines("server/src/http/routes.rs", text).is_empty());
        assert!(lines("bench/src/peers.rs", text).is_empty());
        for way in ["Router::route(x)", "x.leptos_routes(y)", "x.route_service(y)", "x.fallback_service(y)"] {
            assert_eq!(lines("server/src/a.rs", way), [1], "{way}");
        }
        assert!(lines("server/src/http/a.rs", "routes.add(get, path, access, x); // .route(").is_empty());
    }

    #[test]
    fn routers_are_joined_and_fall_back_in_one_place() {
        assert_eq!(lines("server/src/http/a.rs", "x.merge(y)\n.fallback(z)"), [1, 2]);
        assert_eq!(lines("server/src/http/mod.rs", "x.fallback(z)\n.merge(y)"), [2]);
        assert!(lines("server/src/rules/a.rs", "reads.merge(&more)").is_empty());
    }

    #[test]
    fn server_functions_are_posted_as_json() {
        for good in [
            "#[server(prefix = \"/calls\", endpoint = \"a\", input = Json)]",
            "#[server(\n    endpoint = \"a\",\n    input=Json,\n)]",
            "let server = 1; serve(server); // #[server]",
            "#[cfg(feature = \"server\")]",
        ] {
            assert!(lines("app/src/calls/a.rs", good).is_empty(), "{good}");
        }
        for bad in [
            "#[server]",
            "#[server(Name, \"/calls\")]",
            "#[server(input = GetUrl)]",
            "#[server(input = PatchJson)]",
            "#[server(output = Json)]",
            "#[server(endpoint = \"input = Json\")]",
            "#[server(input = Json, protocol = Http<GetUrl, Json>)]",
            "#[server(\"Name\", \"/calls\", input = Cbor)]",
            "#[leptos::server(input = GetCbor)]",
            "#[cfg_attr(feature = \"ssr\", server(input = MultipartFormData))]",
        ] {
            assert_eq!(lines("app/src/calls/a.rs", bad), [1], "{bad}");
        }
    }
}
