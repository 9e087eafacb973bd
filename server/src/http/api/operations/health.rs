//! Probes.

use axum::http::Method;

use crate::http::{
    api::{answers::Health, health},
    operation::Operation,
    routes::{Access, Routes},
};

const GROUP: &str = "Health";

pub fn routes(routes: Routes) -> Routes {
    let alive = Operation::new(GROUP, "is_alive", "Whether the process answers").gives::<Health>(200, "It does.");
    let ready =
        Operation::new(GROUP, "is_ready", "Whether the database answers as well").gives::<Health>(200, "It does.");
    routes.call(Method::GET, "/healthz", Access::Public, alive, health::is_alive).call(
        Method::GET,
        "/readyz",
        Access::Public,
        ready,
        health::is_ready,
    )
}
