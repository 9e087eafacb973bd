//! The protocol itself: the one file that knows rmcp. Both eras are answered request by request, without sessions:
//! 2026-07-28 knows none, and 2025-11-25 may do without.

use std::{collections::BTreeMap, io, sync::Arc};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, DiscoverResult,
        ElicitRequest, ElicitRequestParams, Implementation, InputRequest, InputRequiredResult, ListToolsResult,
        PaginatedRequestParams, ProtocolVersion, ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
    },
    service::RequestContext,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use serde_json::{Map, Value, json};

use super::{
    reply::{Fault, Said},
    tools::{INSTRUCTIONS, TOOLS, Told, Toolbox},
};
use crate::http::body::MOST_BYTES;

/// How long a client may keep what there is: it changes with the server's version only.
const KEPT_MS: u64 = 3_600_000;
/// What the one thing that is asked for is called.
const CONSOLE: &str = "console";
/// Where Claude Code says under which id it makes a call.
const CLAUDE_CALL: &str = "claudecode/toolUseId";

/// A call of a tool.
pub(super) struct Call {
    /// The tool.
    pub(super) name: String,
    /// Its arguments.
    pub(super) arguments: Map<String, Value>,
    /// Whether the client asks its user to open an address, if it is asked to.
    pub(super) opens_urls: bool,
    /// The client's id of the call, where it gives one.
    pub(super) tool_use_id: Option<String>,
    /// What comes back with a call that was answered by such a request.
    pub(super) invitation: Option<String>,
}

/// Answers one request.
pub(super) async fn answer(toolbox: Toolbox, request: Request<Body>) -> Response {
    // Host, Origin and size are looked at before, by what the whole server goes by.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(MOST_BYTES)
        .disable_allowed_hosts()
        .disable_allowed_origins();
    let toolbox = Arc::new(toolbox);
    let factory = move || Ok::<_, io::Error>(Handler(Arc::clone(&toolbox)));
    let service = StreamableHttpService::new(factory, Arc::new(NeverSessionManager::default()), config);
    service.handle(request).await.map(Body::new)
}

/// What is sent is no JSON with one reading.
pub(super) fn unreadable(why: &str) -> Response {
    let error =
        json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": format!("Parse error: {why}")}});
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::BAD_REQUEST, kind, error.to_string()).into_response()
}

struct Handler(Arc<Toolbox>);

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        ServerConfig::new(capabilities).with_server_info(implementation()).with_instructions(INSTRUCTIONS)
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let versions = self.supported_protocol_versions().into_owned();
        let found = DiscoverResult::from_server_info(versions, self.get_info());
        Ok(found.with_ttl_ms(KEPT_MS).with_cache_scope(CacheScope::Private))
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let mut list = ListToolsResult::with_all_items(TOOLS.iter().map(tool).collect());
        (list.ttl_ms, list.cache_scope) = (Some(KEPT_MS), Some(CacheScope::Private));
        Ok(list)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        TOOLS.iter().find(|told| told.name == name).map(tool)
    }

    async fn call_tool(
        &self,
        params: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let call = read(params, &context);
        let answered = tokio::select! {
            answered = self.0.call(call) => answered,
            // Whoever has hung up is told nothing: an outcome must not count as fetched.
            () = context.ct.cancelled() => return Err(ErrorData::internal_error("The call was cancelled.", None)),
        };
        match answered {
            Ok(said) => Ok(told(said)),
            Err(Fault::UnknownTool(name)) => Err(ErrorData::invalid_params(format!("Unknown tool: {name}"), None)),
            Err(Fault::ForeignState(why)) => Err(ErrorData::invalid_params(why, None)),
        }
    }
}

fn implementation() -> Implementation {
    Implementation::new("countersign", env!("CARGO_PKG_VERSION")).with_title("Countersign")
}

fn tool(told: &Told) -> Tool {
    let hints = ToolAnnotations::new()
        .read_only(told.is_read_only)
        .destructive(false)
        .idempotent(told.is_idempotent)
        .open_world(false);
    Tool::new(told.name, told.description, Arc::clone(&told.input))
        .with_title(told.title)
        .with_raw_output_schema(Arc::clone(&told.output))
        .with_annotations(hints)
}

fn read(params: CallToolRequestParams, context: &RequestContext<RoleServer>) -> Call {
    let is_asked_back = context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28);
    let elicitation = context.client_capabilities().and_then(|declared| declared.elicitation);
    let tool_use_id = context.meta.get(CLAUDE_CALL).and_then(Value::as_str).map(str::to_owned);
    Call {
        name: params.name.into_owned(),
        arguments: params.arguments.unwrap_or_default(),
        // Before that era a server asks over a stream of a session, and here there is none.
        opens_urls: is_asked_back && elicitation.is_some_and(|declared| declared.url.is_some()),
        tool_use_id,
        invitation: params.request_state,
    }
}

fn told(said: Said) -> CallToolResponse {
    match said {
        Said::Done(value) => CallToolResult::structured(value).into(),
        // As text alone: clients hold structured content against the schema of what was asked for, refusals included.
        Said::Refused(value) => CallToolResult::error(vec![ContentBlock::text(value.to_string())]).into(),
        Said::Open { id, url, message, invitation } => {
            let params = ElicitRequestParams::UrlElicitationParams { meta: None, message, url, elicitation_id: id };
            let requests =
                BTreeMap::from([(CONSOLE.to_owned(), InputRequest::Elicitation(ElicitRequest::new(params)))]);
            InputRequiredResult::new(Some(requests), Some(invitation)).into()
        }
    }
}
