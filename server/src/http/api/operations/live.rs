//! The live stream.

use axum::http::Method;
use domain::permission::Action;

use crate::http::{
    api::live,
    operation::Operation,
    routes::{Access, Routes},
};

pub fn routes(routes: Routes) -> Routes {
    routes.call(Method::GET, "/api/v1/live", Access::Granted(Action::FollowLive), follow(), live::follow)
}

fn follow() -> Operation {
    Operation::new("Live", "follow_live", "Follow what happens, as server-sent events")
        .notes(
            "Each message lists places, kinds and ids; its own id is the last place. `reset` says that something was \
             missed: read again. `presence` lists approvals whose viewers have changed; it is not of the log and has no id. \
             `alive` comes every four seconds without news.",
        )
        .query::<i64>("after", "Begin after this place in the log; left out, from now on.")
        .header::<i64>("Last-Event-ID", "The same, as browsers send it when they connect again; it wins.")
        .gives_text(200, "text/event-stream", "The stream, for as long as the session lasts.")
}
