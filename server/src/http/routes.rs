//! A router in which every route says who may call it.

use axum::{
    Router,
    extract::Request,
    handler::Handler,
    http::Method,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodFilter, on},
};
use domain::permission::Action;

use super::{AppState, caller, operation::Operation, problem::Problem};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// A key or person whom the permission table grants this.
    Granted(Action),
    /// Anybody; what is shown depends on who is signed in. The handler sends others to sign in.
    Page,
    /// A form of the console: the Origin is checked, the handler decides the rest.
    Form,
}

/// A declared route.
#[derive(Debug, Clone)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with `{…}` for what varies.
    pub path: String,
    /// Who may call it.
    pub access: Access,
    /// What it takes and gives, where it is part of the API.
    pub operation: Option<Operation>,
}

/// Collects routes with their declarations.
#[derive(Default)]
pub struct Routes {
    router: Router<AppState>,
    declared: Vec<Route>,
}

impl Routes {
    /// Adds a call of the API, with what it takes and gives.
    #[must_use]
    pub fn call<H, T>(self, method: Method, path: &str, access: Access, operation: Operation, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let mut routes = self.add(method, path, access, handler);
        if let Some(route) = routes.declared.last_mut() {
            route.operation = Some(operation);
        }
        routes
    }

    /// Adds a route that is not part of the API: a page, a form, a file.
    ///
    /// ```
    /// use axum::http::Method;
    /// use server::http::routes::{Access, Routes};
    /// let _ = Routes::default().add(Method::GET, "/open", Access::Public, async || "to anybody");
    /// ```
    ///
    /// One that does not say who may call it does not compile:
    ///
    /// ```compile_fail,E0061
    /// use axum::http::Method;
    /// use server::http::routes::Routes;
    /// let _ = Routes::default().add(Method::GET, "/open", async || "to whom?");
    /// ```
    #[must_use]
    pub fn add<H, T>(mut self, method: Method, path: &str, access: Access, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        let mut route = on(filter, handler);
        if let Access::Granted(action) = access {
            route = route.layer(middleware::from_fn(move |request: Request, next: Next| grant(action, request, next)));
        }
        self.router = self.router.route(path, route);
        self.declared.push(Route { method, path: path.to_owned(), access, operation: None });
        self
    }

    /// The router and what was declared.
    pub fn finish(self) -> (Router<AppState>, Vec<Route>) {
        (self.router, self.declared)
    }
}

/// Asks the permission table before a handler, and before the body, is looked at.
async fn grant(action: Action, mut request: Request, next: Next) -> Response {
    let caller = match caller::identify(&mut request, action).await {
        Ok(caller) => caller,
        Err(error) => return Problem::from(error).into_response(),
    };
    if let Err(error) = caller.authorize(action) {
        return Problem::from(error).into_response();
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}
