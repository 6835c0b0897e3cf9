// Segue (.seg): lexer, for Debian's antlr4 tool 4.7.2 (-Dlanguage=Cpp) and runtime 4.9.
//
// Line ends mean nothing outside comments. Keywords are lower case. RESERVED words are never bare
// names (after a dot and as property keys they are); all other keywords are ordinary words wherever
// SegParser's `word` is accepted.
lexer grammar SegLexer;

channels { COMMENTS, DOCS }

// ---- reserved (14) ------------------------------------------------------------------------------
AND : 'and';  OR : 'or';  NOT : 'not';  UNLESS : 'unless';  TRUE : 'true';  FALSE : 'false';
IN : 'in';  NO : 'no';  NEVER : 'never';  WHERE : 'where';  THEN : 'then';  FOR : 'for';  IF : 'if';
NOW : 'now';

// ---- words that open a declaration or a clause --------------------------------------------------
USE : 'use';  ZONE : 'zone';  EVENT : 'event';  TRAIT : 'trait';  PARAM_KW : 'param';
LIST : 'list';
SIGNAL : 'signal';  FUNNEL : 'funnel';  SCORE : 'score';  SEGMENT : 'segment';  TEST : 'test';
FLOW : 'flow';  REPORT : 'report';  LEARN : 'learn';  ENTITY : 'entity';
STAGE : 'stage';  GOAL : 'goal';  WHEN : 'when';  UNTIL : 'until';  STAY : 'stay';
COOLDOWN : 'cooldown';
HALF_LIFE : 'half_life';  MIN : 'min';  MAX : 'max';  BAND : 'band';  TIMES : 'times';
ONCE : 'once';
USER : 'user';  SET : 'set';  EXPECT : 'expect';  ENTERS : 'enters';  LEAVES : 'leaves';
OTHER : 'other';
CHANGES : 'changes';

// ---- words that open an operand -----------------------------------------------------------------
ANY : 'any';  ALL : 'all';  NONE : 'none';  AT : 'at';  LEAST : 'least';  FIRST : 'first';
LAST : 'last';
ENTERED : 'entered';  LEFT : 'left';  CHANGED : 'changed';  REACHED : 'reached';
SESSIONS : 'sessions';
TIME_SINCE : 'time' [ \t\r\n]+ 'since';      // one token: a property or event may be called `time`

// ---- words that follow one ----------------------------------------------------------------------
IS : 'is';  WAS : 'was';  HAS : 'has';  EXISTS : 'exists';  MISSING : 'missing';
CONTAINS : 'contains';
STARTS : 'starts';  ENDS : 'ends';  MATCHES : 'matches';  IGNORING : 'ignoring';  CASE : 'case';
ON : 'on';  OF : 'of';  THE : 'the';  EACH : 'each';  FULL : 'full';  PERIODS : 'periods';
STREAK : 'streak';
WITHIN : 'within';  BETWEEN : 'between';  AGO : 'ago';  SINCE : 'since';  BEFORE : 'before';
AFTER : 'after';
FROM : 'from';  TO : 'to';  EVER : 'ever';  NEXT : 'next';  LATER : 'later';  THIS : 'this';
TODAY : 'today';  YESTERDAY : 'yesterday';  TOMORROW : 'tomorrow';
BY : 'by';  AMONG : 'among';  WITHOUT : 'without';  EXCEPT : 'except';  WITH : 'with';  GAP : 'gap';
NULL_VALUE : 'null';
UNIT : ('day' | 'week' | 'month' | 'quarter' | 'year') 's'?;

// ---- literals -----------------------------------------------------------------------------------
fragment D : [0-9];
fragment AMOUNT : ('ms' | 's' | 'm' | 'h' | 'd' | 'w');
DATE : D D D D '-' D D '-' D D;
INSTANT : DATE 'T' D D ':' D D (':' D D ('.' D+)?)? ('Z' | [+-] D D ':' D D)?;
DURATION : (D+ AMOUNT)+;
NUMBER : D (D | '_' D)* ('.' D+)? '%'?;
// JSON's escapes
TEXT : '"' (~["\\\u0000-\u001F] | '\\' ["\\/bfnrt] | '\\u' HEX HEX HEX HEX)* '"';
fragment HEX : [0-9A-Fa-f];
NAME : [A-Za-z_] [A-Za-z0-9_]*;
PARAM : '$' NAME;

// ---- marks --------------------------------------------------------------------------------------
EQ : '=' | '==';  NE : '!=';  LE : '<=';  GE : '>=';  LT : '<';  GT : '>';
RANGE : '..';  DOT : '.';  COMMA : ',';  COLON : ':';  QUESTION : '?';
PLUS : '+';  MINUS : '-';  STAR : '*';  SLASH : '/';
LPAR : '(';  RPAR : ')';  LBRACE : '{';  RBRACE : '}';  LBRACK : '[';  RBRACK : ']';

// ---- slips: what is no token, taken whole, so that the message can say what was meant -----------
// compiler/syntax/antlr reports each and hands the parser the token that was meant.
BAD_NUMBER : D [A-Za-z0-9_]*;                                  // `10days`, `3x`
BAD_TEXT : '"' (~["\\\r\n] | '\\' ~[\r\n])* '\\'? '"'?;         // not closed, or a wrong escape
SINGLE_TEXT : '\'' ~['\r\n]* '\'';
SLIP : '=>' | '=<' | '<>' | '===' | '!==' | '&&' | '||' | '!' | ':=' | '->' | '//' | ';';

DOC : '##' ~[\r\n]* -> channel(DOCS);
COMMENT : '#' ~[\r\n]* -> channel(COMMENTS);
WS : [ \t\r\n\uFEFF]+ -> skip;
UNKNOWN : .;                                    // never fails: the parser reports it
