//! Loading pages again by themselves while the console is worked on. This is part of debug builds only, and of those
//! only when the server is started by `cargo xtask dev`.

use axum::{
    http::{HeaderValue, Method, header},
    response::{IntoResponse, Response},
};

use super::routes::{Access, Routes};

/// Where pages find the script.
pub const SCRIPT_PATH: &str = "/dev/reload.js";

/// The request is never answered: it breaks when this server ends, and the next one answers.
const SCRIPT: &str = "\
const answers = async (path) => { try { return (await fetch(path)).ok; } catch { return false; } };
await answers('/dev/alive');
while (!(await answers('/readyz'))) await new Promise((done) => setTimeout(done, 150));
location.replace(location.pathname + location.search);
";

/// The script, and what it waits on.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::GET, SCRIPT_PATH, Access::Public, script).add(
        Method::GET,
        "/dev/alive",
        Access::Public,
        std::future::pending::<()>,
    )
}

async fn script() -> Response {
    let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], SCRIPT).into_response()
}

/// Ends this process when whoever started it is gone.
pub fn end_with_input() {
    std::thread::spawn(|| {
        // What is read means nothing; the end of it does.
        drop(std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
        std::process::exit(0);
    });
}
