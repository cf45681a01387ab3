//! One request and its response, or one event, phase by phase.
use super::pool::State;
use super::trace::Trace;
use super::walk::Walk;
use super::{Client, Disruption, Match, Persistence, Plan, Request, Response, Scores, Verdict, request};
use crate::Fields;
use crate::body::{self, MultipartFlags, Processor};
use crate::rule::{BodyLimitAction, Collection as C, EngineMode};

/// One request and its response, or one event, on its way through a plan.
///
/// Call the phases in order: [`request`](Self::request), [`request_body`](Self::request_body) (also when there is none),
/// [`response`](Self::response), [`response_body`](Self::response_body), [`finish`](Self::finish). A phase may be left out at the end, never in the middle.
/// Scratch memory comes from a pool in the plan and goes back when the transaction is dropped.
pub struct Transaction<'p> {
    plan: &'p Plan,
    persistence: &'p dyn Persistence,
    /// Always there until the transaction is dropped.
    state: Option<Box<State>>,
    now_micros: u64,
    matches: Vec<Match>,
    would: Option<Disruption>,
    trace: Option<Trace>,
    /// Arguments past the limit, which no rule saw.
    left_out: usize,
}

impl std::fmt::Debug for Transaction<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Transaction").field("plan", self.plan).finish_non_exhaustive()
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if let Some(state) = self.state.take() {
            self.plan.pool.give_state(state);
        }
    }
}

impl<'p> Transaction<'p> {
    /// Begins.
    #[must_use]
    pub fn new(plan: &'p Plan, client: &Client, persistence: &'p dyn Persistence) -> Self {
        let mut state = plan.pool.state();
        state.inputs.clear();
        state.vars.clear(&plan.names, plan.engine());
        request::connection(&mut state.inputs, client);
        if let Some(application) = &plan.config.web_app_id {
            state.inputs.set(C::WebAppId, application.as_bytes());
        }
        if plan.wants_time {
            request::time(&mut state.inputs, client.now_micros);
        }
        Self {
            plan,
            persistence,
            state: Some(state),
            now_micros: client.now_micros,
            matches: Vec::new(),
            would: None,
            trace: None,
            left_out: 0,
        }
    }

    /// Follows one rule from now on; say it before [`request`](Self::request). `false` when there is no such rule.
    pub fn trace(&mut self, rule: u64) -> bool {
        let position = self.plan.rules.rules.iter().position(|other| other.id == rule);
        let Some(number) = position.and_then(|position| u32::try_from(position).ok()) else { return false };
        self.trace = Some(Trace { rule: Some(number), ..Trace::default() });
        true
    }

    /// What happened to the rule that [`trace`](Self::trace) named.
    #[must_use]
    pub fn traced(&self) -> Option<&Trace> {
        self.trace.as_ref()
    }

    /// Phase 1.
    pub fn request(&mut self, request: &Request<'_>) -> Verdict {
        let plan = self.plan;
        let Some(state) = &mut self.state else { return Verdict::Pass };
        self.left_out += request::head(plan, &mut state.inputs, &mut state.vars, request);
        self.run(0)
    }

    /// Adds arguments that came another way: path parameters, fields of an event (`ARGS`, not `ARGS_GET` or `ARGS_POST`).
    pub fn arguments(&mut self, arguments: &Fields) {
        let Some(state) = &mut self.state else { return };
        for field in arguments.iter() {
            if state.inputs.args.len() >= self.plan.limits.arguments_max {
                self.left_out += 1;
                continue;
            }
            state.inputs.args_bytes += field.name.len() + field.value.len();
            state.inputs.args.push(field.name, field.value);
        }
        request::sizes(&mut state.inputs);
    }

    /// Which processor the headers and the rules chose (`ctl:requestBodyProcessor`), known after phase 1.
    #[must_use]
    pub fn processor(&self) -> Option<Processor> {
        let vars = &self.state.as_ref()?.vars;
        match vars.processor {
            // As in ModSecurity: `ctl` chooses XML and JSON over everything, and takes the place of `Content-Type` otherwise.
            Some(processor) => Some(processor),
            None => vars.content_processor,
        }
    }

    /// Phase 2. The body is what the client sent, decompressed.
    pub fn request_body(&mut self, body: &[u8]) -> Verdict {
        let plan = self.plan;
        let processor = self.processor();
        let Some(state) = &mut self.state else { return Verdict::Pass };
        if state.vars.engine == EngineMode::Off {
            return Verdict::Pass;
        }
        let access = match (plan.config.request_body_access, state.vars.request_body_access) {
            (Some(false), said) => said == Some(true),
            (_, said) => said != Some(false),
        };
        state.inputs.set(C::InboundDataError, b"0");
        let mut seen = body;
        if body.len() > plan.limits.request_body_bytes_max {
            state.inputs.set(C::InboundDataError, b"1");
            match plan.config.request_body_limit_action.unwrap_or_default() {
                BodyLimitAction::ProcessPartial => {
                    seen = body.get(..plan.limits.request_body_bytes_max).unwrap_or_default();
                }
                BodyLimitAction::Reject => {
                    seen = b"";
                    let disruption = Disruption { rule: 0, status: 403, location: None, drop: false };
                    if let Some(verdict) = self.limit(disruption) {
                        return verdict;
                    }
                }
            }
        }
        self.read_body(processor, seen);
        if !access {
            return Verdict::Pass;
        }
        self.run(1)
    }

    /// What happens with a body past its limit, outside of any rule.
    fn limit(&mut self, disruption: Disruption) -> Option<Verdict> {
        if self.state.as_ref().is_some_and(|state| state.vars.engine == EngineMode::On) {
            return Some(Verdict::Disrupt(disruption));
        }
        self.would.get_or_insert(disruption);
        None
    }

    /// Fills `ARGS_POST`, `FILES`, `XML` and what tells of errors.
    fn read_body(&mut self, processor: Option<Processor>, body: &[u8]) {
        let plan = self.plan;
        let Some(state) = &mut self.state else { return };
        let inputs = &mut state.inputs;
        let mut error: Option<(&str, String)> = None;
        let mut of_processor = true;
        let structured = matches!(
            processor,
            Some(Processor::UrlEncoded | Processor::Json | Processor::Xml | Processor::GraphQl)
        );
        if structured && plan.config.request_body_no_files_bytes_max.is_some_and(|max| body.len() > max) {
            inputs.set(C::InboundDataError, b"1");
            error =
                Some(("", "Request body excluding files is bigger than the maximum expected.".to_owned()));
            of_processor = false;
        } else {
            match processor {
                None => {}
                Some(Processor::UrlEncoded) => {
                    let start = inputs.args.len();
                    let facts =
                        body::read_form(body, plan.separator(), plan.limits.arguments_max, &mut inputs.args);
                    if facts.invalid_escape.is_some() {
                        inputs.set(C::UrlencodedError, b"1");
                    }
                    self.left_out += facts.left_out;
                    inputs.args_post = start..inputs.args.len();
                    of_processor = false;
                }
                Some(Processor::Json | Processor::GraphQl) if body.is_empty() => {}
                Some(processor) => {
                    let left = plan.limits.arguments_max.saturating_sub(inputs.args.len());
                    let limits = crate::Limits { arguments_max: left, ..plan.limits.clone() };
                    let content_type =
                        inputs.request_headers.first(b"content-type").unwrap_or_default().to_vec();
                    body::read(processor, &content_type, body, &limits, &mut inputs.body);
                    error = inputs.body.error.take().map(|message| (prefix(processor), message));
                    take_arguments(inputs, processor);
                    if plan.config.upload_files_max.is_some_and(|max| inputs.body.files.len() > max) {
                        inputs.set(C::MultipartFileLimitExceeded, b"1");
                    }
                }
            }
        }
        if self.left_out > 0 && error.is_none() {
            error = Some(("", format!("{} arguments past the limit were not read", self.left_out)));
            of_processor = false;
        }
        tell_errors(inputs, error, of_processor, processor);
        inputs.args_bytes = inputs.args.iter().map(|field| field.name.len() + field.value.len()).sum();
        request::sizes(inputs);
        if !body.is_empty() {
            // As the rule set's tests expect: XML and multipart bodies stand there only when a rule forces it.
            let is_apart = matches!(processor, Some(Processor::Xml | Processor::Multipart));
            if !is_apart || state.vars.force_request_body {
                inputs.set(C::RequestBody, body);
            }
            inputs.set_number(C::RequestBodyLength, body.len() as u64);
        }
        if plan.wants_full_request {
            full_request(inputs, body);
        }
    }

    /// Phase 3.
    pub fn response(&mut self, response: &Response<'_>) -> Verdict {
        let Some(state) = &mut self.state else { return Verdict::Pass };
        request::response(&mut state.inputs, response);
        self.run(2)
    }

    /// Phase 4.
    pub fn response_body(&mut self, body: &[u8]) -> Verdict {
        let plan = self.plan;
        let Some(state) = &mut self.state else { return Verdict::Pass };
        let access = state.vars.response_body_access.or(plan.config.response_body_access) == Some(true);
        if state.vars.engine == EngineMode::Off
            || !access
            || !plan.is_inspected_type(state.inputs.scalar(C::ResponseContentType))
        {
            return Verdict::Pass;
        }
        state.inputs.set(C::OutboundDataError, b"0");
        let mut seen = body;
        if body.len() > plan.limits.response_body_bytes_max {
            state.inputs.set(C::OutboundDataError, b"1");
            match plan.config.response_body_limit_action.unwrap_or_default() {
                BodyLimitAction::ProcessPartial => {
                    seen = body.get(..plan.limits.response_body_bytes_max).unwrap_or_default();
                }
                BodyLimitAction::Reject => {
                    seen = b"";
                    let disruption = Disruption { rule: 0, status: 403, location: None, drop: false };
                    if let Some(verdict) = self.limit(disruption) {
                        return verdict;
                    }
                }
            }
        }
        let Some(state) = &mut self.state else { return Verdict::Pass };
        state.inputs.set(C::ResponseBody, seen);
        state.inputs.set_number(C::ResponseContentLength, seen.len() as u64);
        self.run(3)
    }

    /// Phase 5, also after a disruption; saves persistent collections.
    pub fn finish(&mut self) {
        self.run(4);
        let Some(state) = &mut self.state else { return };
        for collection in super::vars::PERSISTENT {
            let kept = state.vars.kept(collection);
            if let Some(key) = &kept.key
                && !kept.changes().is_empty()
            {
                self.persistence.save(collection, key, kept.changes(), self.now_micros);
            }
        }
    }

    fn run(&mut self, phase: usize) -> Verdict {
        let plan = self.plan;
        let Some(state) = &mut self.state else { return Verdict::Pass };
        if state.vars.engine == EngineMode::Off {
            return Verdict::Pass;
        }
        let State { inputs, vars } = &mut **state;
        let mut scratch = plan.pool.scratch();
        inputs.mark(&mut |mark| scratch.recalled.comes_again(mark));
        let mut walk = Walk {
            plan,
            inputs,
            vars,
            scratch: &mut scratch,
            persistence: self.persistence,
            now_micros: self.now_micros,
            matches: &mut self.matches,
            trace: self.trace.as_mut(),
            disruption: None,
            would: None,
        };
        walk.phase(phase);
        let (disruption, would) = (walk.disruption.take(), walk.would.take());
        plan.pool.give_scratch(scratch);
        if self.would.is_none() {
            self.would = would;
        }
        disruption.map_or(Verdict::Pass, Verdict::Disrupt)
    }

    /// Rules that matched so far, in order.
    #[must_use]
    pub fn matches(&self) -> &[Match] {
        &self.matches
    }

    /// The anomaly scores so far.
    #[must_use]
    pub fn scores(&self) -> Scores {
        let Some(state) = &self.state else { return Scores::default() };
        let score =
            |slot| state.vars.tx.number(slot).and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
        let slots = self.plan.scores;
        Scores {
            inbound: score(slots.inbound),
            outbound: score(slots.outbound),
            detection_inbound: score(slots.detection_inbound),
            detection_outbound: score(slots.detection_outbound),
        }
    }

    /// The value of a variable of `TX`, whatever its case.
    #[must_use]
    pub fn tx(&self, name: &str) -> Option<&[u8]> {
        let tx = &self.state.as_ref()?.vars.tx;
        tx.get(tx.find(name.as_bytes(), &self.plan.names)?)
    }

    /// What blocking mode would have done, in detection mode.
    #[must_use]
    pub fn would_disrupt(&self) -> Option<&Disruption> {
        self.would.as_ref()
    }
}

fn prefix(processor: Processor) -> &'static str {
    match processor {
        Processor::Json => "JSON parsing error: ",
        Processor::Xml => "XML parsing error: ",
        Processor::Multipart => "Multipart parsing error: ",
        Processor::GraphQl => "GraphQL parsing error: ",
        Processor::UrlEncoded => "",
    }
}

/// A body's arguments join those of the query.
fn take_arguments(inputs: &mut super::inputs::Inputs, processor: Processor) {
    let start = inputs.args.len();
    for field in inputs.body.arguments.iter() {
        inputs.args.push(field.name, field.value);
    }
    // As in ModSecurity, fields of JSON are no `ARGS_POST`.
    if processor == Processor::Multipart {
        inputs.args_post = start..inputs.args.len();
        let files_bytes = inputs.body.files_bytes as u64;
        if !inputs.body.files.is_empty() {
            inputs.set_number(C::FilesCombinedSize, files_bytes);
        }
        multipart(inputs);
    }
}

fn multipart(inputs: &mut super::inputs::Inputs) {
    let flags = inputs.body.multipart;
    for (scalar, flag) in [
        (C::MultipartStrictError, MultipartFlags::STRICT_ERROR),
        (C::MultipartBoundaryQuoted, MultipartFlags::BOUNDARY_QUOTED),
        (C::MultipartBoundaryWhitespace, MultipartFlags::BOUNDARY_WHITESPACE),
        (C::MultipartDataBefore, MultipartFlags::DATA_BEFORE),
        (C::MultipartDataAfter, MultipartFlags::DATA_AFTER),
        (C::MultipartHeaderFolding, MultipartFlags::HEADER_FOLDING),
        (C::MultipartLfLine, MultipartFlags::LF_LINE),
        (C::MultipartCrlfLfLines, MultipartFlags::CRLF_LF_LINES),
        (C::MultipartMissingSemicolon, MultipartFlags::MISSING_SEMICOLON),
        (C::MultipartSemicolonMissing, MultipartFlags::MISSING_SEMICOLON),
        (C::MultipartInvalidQuoting, MultipartFlags::INVALID_QUOTING),
        (C::MultipartInvalidPart, MultipartFlags::INVALID_PART),
        (C::MultipartInvalidHeaderFolding, MultipartFlags::INVALID_HEADER_FOLDING),
        (C::MultipartFileLimitExceeded, MultipartFlags::FILE_LIMIT_EXCEEDED),
    ] {
        inputs.set_number(scalar, u64::from(flags.contains(flag)));
    }
    inputs.set_number(C::MultipartUnmatchedBoundary, u64::from(flags.unmatched_boundary()));
    let (name, filename) = (inputs.body.multipart_name.clone(), inputs.body.multipart_filename.clone());
    inputs.set(C::MultipartName, &name);
    inputs.set(C::MultipartFilename, &filename);
}

/// `REQBODY_ERROR` and its kin.
fn tell_errors(
    inputs: &mut super::inputs::Inputs,
    error: Option<(&str, String)>,
    of_processor: bool,
    processor: Option<Processor>,
) {
    match error {
        Some((prefix, message)) => {
            inputs.set(C::ReqbodyError, b"1");
            inputs.set_parts(C::ReqbodyErrorMsg, &[prefix.as_bytes(), message.as_bytes()]);
            if of_processor {
                inputs.set(C::ReqbodyProcessorError, b"1");
                inputs.alias(C::ReqbodyProcessorErrorMsg, C::ReqbodyErrorMsg);
            }
        }
        None if processor == Some(Processor::UrlEncoded) => {}
        None => {
            inputs.set(C::ReqbodyError, b"0");
            inputs.alias(C::ReqbodyProcessorError, C::ReqbodyError);
        }
    }
}

fn full_request(inputs: &mut super::inputs::Inputs, body: &[u8]) {
    let mut whole = Vec::new();
    for field in inputs.request_headers.iter() {
        whole.extend_from_slice(field.name);
        whole.extend_from_slice(b": ");
        whole.extend_from_slice(field.value);
        whole.push(b'\n');
    }
    whole.extend_from_slice(b"\n\n");
    whole.extend_from_slice(body);
    inputs.set(C::FullRequest, &whole);
    inputs.set_number(C::FullRequestLength, whole.len() as u64);
}
