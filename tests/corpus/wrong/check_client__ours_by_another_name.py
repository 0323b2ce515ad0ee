"""level: spec
mistake: ours-by-another-name
Hands in what lenproto has written.
"""

import lenproto.server
check_client = lenproto.server.check_client
