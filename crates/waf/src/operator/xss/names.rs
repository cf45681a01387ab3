//! Which tags, attributes and URLs bring script.

/// What an attribute does with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    Harmless,
    /// Script, style, or a name space.
    Forbidden,
    Url,
    /// Its value is the name of an attribute.
    NamesAnother,
}

/// Events, after `on`, sorted; a name that begins with another is left out.
const EVENTS: [&[u8]; 254] = [
    b"ABORT",
    b"ACTIVATE",
    b"ACTIVE",
    b"ADDSOURCEBUFFER",
    b"ADDSTREAM",
    b"ADDTRACK",
    b"AFTERPRINT",
    b"ANIMATIONCANCEL",
    b"ANIMATIONEND",
    b"ANIMATIONITERATION",
    b"ANIMATIONSTART",
    b"AUDIOEND",
    b"AUDIOPROCESS",
    b"AUDIOSTART",
    b"AUTOCOMPLETE",
    b"BEFOREACTIVATE",
    b"BEFORECOPY",
    b"BEFORECUT",
    b"BEFOREINPUT",
    b"BEFORELOAD",
    b"BEFOREPASTE",
    b"BEFOREPRINT",
    b"BEFOREUNLOAD",
    b"BEGINEVENT",
    b"BLOCKED",
    b"BLUR",
    b"BOUNDARY",
    b"BUFFEREDAMOUNTLOW",
    b"CACHED",
    b"CANCEL",
    b"CANPLAY",
    b"CHANGE",
    b"CHARGINGCHANGE",
    b"CHARGINGTIMECHANGE",
    b"CHECKING",
    b"CLICK",
    b"CLOSE",
    b"COMPLETE",
    b"COMPOSITIONEND",
    b"COMPOSITIONSTART",
    b"COMPOSITIONUPDATE",
    b"CONNECT",
    b"CONTEXTMENU",
    b"CONTROLLERCHANGE",
    b"COPY",
    b"CUECHANGE",
    b"CUT",
    b"DATAAVAILABLE",
    b"DATACHANNEL",
    b"DBLCLICK",
    b"DEVICECHANGE",
    b"DEVICEMOTION",
    b"DEVICEORIENTATION",
    b"DISCHARGINGTIMECHANGE",
    b"DISCONNECT",
    b"DOMACTIVATE",
    b"DOMCHARACTERDATAMODIFIED",
    b"DOMCONTENTLOADED",
    b"DOMFOCUSIN",
    b"DOMFOCUSOUT",
    b"DOMNODEINSERTED",
    b"DOMNODEREMOVED",
    b"DOMSUBTREEMODIFIED",
    b"DOWNLOADING",
    b"DRAG",
    b"DROP",
    b"DURATIONCHANGE",
    b"EMPTIED",
    b"ENCRYPTED",
    b"END",
    b"ENTER",
    b"ERROR",
    b"EXIT",
    b"FETCH",
    b"FINISH",
    b"FOCUS",
    b"FORMCHANGE",
    b"FORMINPUT",
    b"GAMEPADCONNECTED",
    b"GAMEPADDISCONNECTED",
    b"GESTURECHANGE",
    b"GESTUREEND",
    b"GESTURESCROLLEND",
    b"GESTURESCROLLSTART",
    b"GESTURESCROLLUPDATE",
    b"GESTURESTART",
    b"GESTURETAP",
    b"GOTPOINTERCAPTURE",
    b"HASHCHANGE",
    b"ICECANDIDATE",
    b"ICECONNECTIONSTATECHANGE",
    b"ICEGATHERINGSTATECHANGE",
    b"INACTIVE",
    b"INPUT",
    b"INSTALL",
    b"INVALID",
    b"KEYDOWN",
    b"KEYPRESS",
    b"KEYSTATUSESCHANGE",
    b"KEYUP",
    b"LANGUAGECHANGE",
    b"LEAVEPICTUREINPICTURE",
    b"LEVELCHANGE",
    b"LOAD",
    b"LOSTPOINTERCAPTURE",
    b"MARK",
    b"MERCHANTVALIDATION",
    b"MESSAGE",
    b"MOUSEDOWN",
    b"MOUSEENTER",
    b"MOUSELEAVE",
    b"MOUSEMOVE",
    b"MOUSEOUT",
    b"MOUSEOVER",
    b"MOUSEUP",
    b"MOUSEWHEEL",
    b"MUTE",
    b"NEGOTIATIONNEEDED",
    b"NEXTTRACK",
    b"NOMATCH",
    b"NOUPDATE",
    b"OBSOLETE",
    b"OFFLINE",
    b"ONLINE",
    b"OPEN",
    b"ORIENTATIONCHANGE",
    b"OVERCONSTRAINED",
    b"OVERFLOWCHANGED",
    b"PAGEHIDE",
    b"PAGESHOW",
    b"PASTE",
    b"PAUSE",
    b"PAYERDETAILCHANGE",
    b"PAYMENTAUTHORIZED",
    b"PAYMENTMETHODCHANGE",
    b"PAYMENTMETHODSELECTED",
    b"PLAY",
    b"POINTERCANCEL",
    b"POINTERDOWN",
    b"POINTERENTER",
    b"POINTERLEAVE",
    b"POINTERLOCKCHANGE",
    b"POINTERLOCKERROR",
    b"POINTERMOVE",
    b"POINTEROUT",
    b"POINTEROVER",
    b"POINTERUP",
    b"POPSTATE",
    b"PREVIOUSTRACK",
    b"PROCESSORERROR",
    b"PROGRESS",
    b"PROPERTYCHANGE",
    b"RATECHANGE",
    b"READYSTATECHANGE",
    b"REJECTIONHANDLED",
    b"REMOVE",
    b"RESET",
    b"RESIZE",
    b"RESOURCETIMINGBUFFERFULL",
    b"RESULT",
    b"RESUME",
    b"SCROLL",
    b"SEARCH",
    b"SECURITYPOLICYVIOLATION",
    b"SEEKED",
    b"SEEKING",
    b"SELECT",
    b"SHIPPINGADDRESSCHANGE",
    b"SHIPPINGCONTACTSELECTED",
    b"SHIPPINGMETHODSELECTED",
    b"SHIPPINGOPTIONCHANGE",
    b"SHOW",
    b"SIGNALINGSTATECHANGE",
    b"SLOTCHANGE",
    b"SOUNDEND",
    b"SOUNDSTART",
    b"SOURCECLOSE",
    b"SOURCEENDED",
    b"SOURCEOPEN",
    b"SPEECHEND",
    b"SPEECHSTART",
    b"SQUEEZE",
    b"STALLED",
    b"START",
    b"STATECHANGE",
    b"STOP",
    b"STORAGE",
    b"SUBMIT",
    b"SUCCESS",
    b"SUSPEND",
    b"TEXTINPUT",
    b"TIMEOUT",
    b"TIMEUPDATE",
    b"TOGGLE",
    b"TONECHANGE",
    b"TOUCHCANCEL",
    b"TOUCHEND",
    b"TOUCHFORCECHANGE",
    b"TOUCHMOVE",
    b"TOUCHSTART",
    b"TRACK",
    b"TRANSITIONCANCEL",
    b"TRANSITIONEND",
    b"TRANSITIONRUN",
    b"TRANSITIONSTART",
    b"UNCAPTUREDERROR",
    b"UNHANDLEDREJECTION",
    b"UNLOAD",
    b"UNMUTE",
    b"UPDATE",
    b"UPGRADENEEDED",
    b"VALIDATEMERCHANT",
    b"VERSIONCHANGE",
    b"VISIBILITYCHANGE",
    b"VOLUMECHANGE",
    b"WAITING",
    b"WEBGLCONTEXTCHANGED",
    b"WEBGLCONTEXTCREATIONERROR",
    b"WEBGLCONTEXTLOST",
    b"WEBGLCONTEXTRESTORED",
    b"WEBKITANIMATIONEND",
    b"WEBKITANIMATIONITERATION",
    b"WEBKITANIMATIONSTART",
    b"WEBKITBEFORETEXTINSERTED",
    b"WEBKITBEGINFULLSCREEN",
    b"WEBKITCURRENTPLAYBACKTARGETISWIRELESSCHANGED",
    b"WEBKITENDFULLSCREEN",
    b"WEBKITFULLSCREENCHANGE",
    b"WEBKITFULLSCREENERROR",
    b"WEBKITKEYADDED",
    b"WEBKITKEYERROR",
    b"WEBKITKEYMESSAGE",
    b"WEBKITMOUSEFORCECHANGED",
    b"WEBKITMOUSEFORCEDOWN",
    b"WEBKITMOUSEFORCEUP",
    b"WEBKITMOUSEFORCEWILLBEGIN",
    b"WEBKITNEEDKEY",
    b"WEBKITNETWORKINFOCHANGE",
    b"WEBKITPLAYBACKTARGETAVAILABILITYCHANGED",
    b"WEBKITPRESENTATIONMODECHANGED",
    b"WEBKITREGIONOVERSETCHANGE",
    b"WEBKITREMOVESOURCEBUFFER",
    b"WEBKITSOURCECLOSE",
    b"WEBKITSOURCEENDED",
    b"WEBKITSOURCEOPEN",
    b"WEBKITSPEECHCHANGE",
    b"WEBKITTRANSITIONEND",
    b"WEBKITWILLREVEALBOTTOM",
    b"WEBKITWILLREVEALLEFT",
    b"WEBKITWILLREVEALRIGHT",
    b"WEBKITWILLREVEALTOP",
    b"WHEEL",
    b"WRITE",
    b"ZOOM",
];

/// Sorted.
const ATTRIBUTES: [(&[u8], Attribute); 20] = [
    (b"ACTION", Attribute::Url),
    (b"ATTRIBUTENAME", Attribute::NamesAnother),
    (b"BACKGROUND", Attribute::Url),
    (b"BY", Attribute::Url),
    (b"DATAFORMATAS", Attribute::Forbidden),
    (b"DATASRC", Attribute::Forbidden),
    (b"DYNSRC", Attribute::Url),
    (b"FILTER", Attribute::Forbidden),
    (b"FOLDER", Attribute::Url),
    (b"FORMACTION", Attribute::Url),
    (b"FROM", Attribute::Url),
    (b"HANDLER", Attribute::Url),
    (b"HREF", Attribute::Url),
    (b"LOWSRC", Attribute::Url),
    (b"POSTER", Attribute::Url),
    (b"SRC", Attribute::Url),
    (b"STYLE", Attribute::Forbidden),
    (b"TO", Attribute::Url),
    (b"VALUES", Attribute::Url),
    (b"XLINK:HREF", Attribute::Url),
];

const TAGS: [&[u8]; 20] = [
    b"APPLET",
    b"BASE",
    b"COMMENT",
    b"EMBED",
    b"FRAME",
    b"FRAMESET",
    b"HANDLER",
    b"IFRAME",
    b"IMPORT",
    b"ISINDEX",
    b"LINK",
    b"LISTENER",
    b"META",
    b"NOSCRIPT",
    b"OBJECT",
    b"SCRIPT",
    b"STYLE",
    b"VMLFRAME",
    b"XML",
    b"XSS",
];

/// Bytes of a known name at most; and of an event's name.
const NAME_BYTES_MAX: usize = 48;

/// A name in upper case, without NULs; `None` when it is longer than every known one.
fn folded<'b>(name: &[u8], buffer: &'b mut [u8; NAME_BYTES_MAX]) -> Option<&'b [u8]> {
    let mut length = 0;
    for byte in name.iter().filter(|&&byte| byte != 0) {
        *buffer.get_mut(length)? = byte.to_ascii_uppercase();
        length += 1;
    }
    buffer.get(..length)
}

pub(super) fn is_forbidden_tag(name: &[u8]) -> bool {
    if name.len() < 3 {
        return false;
    }
    let mut buffer = [0; NAME_BYTES_MAX];
    let known = folded(name, &mut buffer).is_some_and(|name| TAGS.contains(&name));
    known || super::begins(name, b"SVG") || super::begins(name, b"XSL")
}

pub(super) fn attribute(name: &[u8]) -> Attribute {
    if name.len() < 2 {
        return Attribute::Harmless;
    }
    if name.len() >= 5 {
        if super::begins(name, b"ON") && is_event(name.get(2..).unwrap_or_default()) {
            return Attribute::Forbidden;
        }
        if super::begins(name, b"XMLNS") || super::begins(name, b"XLINK") {
            return Attribute::Forbidden;
        }
    }
    let mut buffer = [0; NAME_BYTES_MAX];
    let Some(name) = folded(name, &mut buffer) else { return Attribute::Harmless };
    match ATTRIBUTES.binary_search_by(|(known, _)| (*known).cmp(name)) {
        Ok(at) => ATTRIBUTES.get(at).map_or(Attribute::Harmless, |&(_, attribute)| attribute),
        Err(_) => Attribute::Harmless,
    }
}

/// Whether a name begins with that of an event.
fn is_event(name: &[u8]) -> bool {
    let mut buffer = [0; NAME_BYTES_MAX];
    let short = name.get(..NAME_BYTES_MAX).unwrap_or(name);
    for (kept, byte) in buffer.iter_mut().zip(short) {
        *kept = byte.to_ascii_uppercase();
    }
    let name = buffer.get(..short.len()).unwrap_or_default();
    // the last event that is not greater is the only one that the name can begin with
    let after = EVENTS.partition_point(|event| *event <= name);
    after.checked_sub(1).and_then(|at| EVENTS.get(at)).is_some_and(|event| name.starts_with(event))
}

/// `data:`, `javascript:` and their like, also written with character references.
pub(super) fn is_script_url(url: &[u8]) -> bool {
    let start = url.iter().position(|byte| (33..127).contains(byte)).unwrap_or(url.len());
    let url = url.get(start..).unwrap_or_default();
    [b"DATA".as_slice(), b"VIEW-SOURCE", b"JAVA", b"VBSCRIPT"]
        .into_iter()
        .any(|scheme| begins_decoded(url, scheme))
}

/// Leading control characters, NULs and line feeds do not count.
fn begins_decoded(text: &[u8], upper: &[u8]) -> bool {
    let mut text = text;
    let mut first = true;
    let mut wanted = upper.iter();
    let mut next = wanted.next();
    while !text.is_empty() {
        let Some(&want) = next else { return true };
        let (number, length) = character(text);
        text = text.get(length..).unwrap_or_default();
        if first && number <= 32 {
            continue;
        }
        first = false;
        if number == 0 || number == 10 {
            continue;
        }
        let upper = if (97..=122).contains(&number) { number - 32 } else { number };
        // the low byte decides, as in C
        if (upper & 0xff) as u8 != want {
            return false;
        }
        next = wanted.next();
    }
    next.is_none()
}

/// Greater numbers are no character references.
const CHARACTER_MAX: u32 = 0x10_00ff;

/// One character, perhaps written as `&#106;` or `&#x6a;`, and its length.
fn character(text: &[u8]) -> (u32, usize) {
    let (radix, digits_at) = match text {
        [b'&', b'#', b'x' | b'X', ..] => (16, 3),
        [b'&', b'#', ..] => (10, 2),
        [byte, ..] => return (u32::from(*byte), 1),
        [] => return (0, 1),
    };
    let mut number = 0;
    let mut at = digits_at;
    while let Some(digit) = text.get(at).and_then(|&byte| char::from(byte).to_digit(radix)) {
        number = number * radix + digit;
        if number > CHARACTER_MAX {
            return (u32::from(b'&'), 1);
        }
        at += 1;
    }
    if at == digits_at {
        return (u32::from(b'&'), 1);
    }
    (number, at + usize::from(text.get(at) == Some(&b';')))
}
