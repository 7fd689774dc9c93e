"""The search text of leads: every construct, on leads of which one letter tells which was found."""

from __future__ import annotations

from tests.cast import World
from tests.close.making import UNKNOWN
from tests.close.query.making import ACME, GLOBEX, found, three_leads, which
from tests.outreach import make_configuration, send_lead


def test_words_are_looked_for_in_leads_and_contacts_and_notes(world: World):
    three_leads(world)
    for query, letters in {
        "rockets": "A",
        "ROCKETS little": "A",
        "rocket": "",
        "rocket*": "A",
        "makes jane": "A",
        "jane.roe@acme.example.com": "A",
        "(415) 555-0101": "A",
        "gob": "B",
        "bananas": "B",
        '"frozen bananas"': "B",
        '"bananas frozen"': "",
        "bananas frozen": "B",
        "rockets bananas": "",
        "globex": "G",
        "nothing like this": "",
    }.items():
        assert which(world, query) == letters, query


def test_everything_is_a_star_or_an_empty_query(world: World):
    three_leads(world)
    for query in ("*", "", "  ", "* sort:created", "sort:created", "(*)", "* *"):
        assert which(world, query) == "ABG", query


def test_conditions_are_joined(world: World):
    three_leads(world)
    for query, letters in {
        "name:acme or name:bluth": "AB",
        "name:acme OR name:bluth": "AB",
        "name:acme and name:rockets": "A",
        "name:acme name:bluth": "",
        "not name:acme": "BG",
        "-name:acme": "BG",
        "-acme": "BG",
        '-"Acme Rockets"': "BG",
        "not not name:acme": "A",
        "not (name:acme or name:bluth)": "G",
        "-(name:acme or name:bluth)": "G",
        "not name:acme or name:acme": "ABG",
        # "and" binds more closely than "or".
        "name:globex or name:acme has:notes": "G",
        "has:notes name:acme or name:globex": "G",
        "(name:globex or name:bluth) has:notes": "B",
        "((((name:acme))))": "A",
        "name:acme, size:250": "A",
    }.items():
        assert which(world, query) == letters, query


def test_fields_of_leads(world: World):
    made = three_leads(world)
    for query, letters in {
        'name:"Acme Rockets"': "A",
        'name:"Rockets Acme"': "",
        "name:(acme or globex)": "AG",
        "NAME:ACME": "A",
        "name = acme": "",
        'name = "acme rockets"': "A",
        'name != "acme rockets"': "BG",
        "name:ro*": "A",
        'company:"Bluth Company"': "B",
        "display_name:globex": "G",
        "description:rockets": "A",
        "url:acme.example.com": "A",
        "url:*": "A",
        'url:""': "BG",
        "email:jane.roe@acme.example.com": "A",
        'email_address:"JR@home.example.com"': "A",
        "email:acme.example.com": "A",
        "email_address:roe@acme.example.com": "",
        "email != gob@bluth.example.com": "AG",
        'phone:"+1 (415) 555-0101"': "A",
        "phone:4155550101": "A",
        'contact:"Jane Roe"': "A",
        'contact_name:"gob bluth"': "B",
        'title:"head of sales"': "A",
        "city:berlin": "A",
        "city:Bern country:de": "A",
        "state:ca": "B",
        'address:"Main Street"': "A",
        "zipcode:10115": "A",
        "address_1:1": "A",
        "addresses > 1": "A",
        "addresses >= 1": "AB",
        "addresses = 0": "G",
        "note:bananas": "B",
        f"id:{made.leads[ACME]}": "A",
        f'id in ("{made.leads[ACME]}", "{made.leads[GLOBEX]}")': "AG",
        f'lead_id not in ("{made.leads[ACME]}")': "BG",
        f"id:lead_{UNKNOWN}": "",
        f"contact_id:{made.contacts['Jane Roe']}": "A",
        "source:api or source:unassigned": "ABG",
    }.items():
        assert which(world, query) == letters, query


def test_statuses_are_named_by_label_or_id(world: World):
    made = three_leads(world)
    for query, letters in {
        'status:"New Lead"': "AG",
        'lead_status:"new lead"': "AG",
        "status:Qualified": "B",
        "status:Contacted": "",
        "status != Qualified": "AG",
        'status in ("New Lead", "Qualified")': "ABG",
        'status not in ("New Lead")': "B",
        f"status_id:{made.statuses['Qualified']}": "B",
        f"status:{made.statuses['Qualified']}": "B",
        f"status_id:stat_{UNKNOWN}": "",
        "status_change(old_status:Contacted new_status:Qualified date:today)": "B",
        "status_change(new_status:Contacted)": "",
        "status_change(old_status:Contacted date:yesterday)": "",
        "lead_status_change(user:me)": "B",
        "opportunity_status_change(new_status:won)": "B",
        "no:status_changes": "AG",
    }.items():
        assert which(world, query) == letters, query


def test_what_hangs_on_a_lead(world: World):
    made = three_leads(world)
    deal = made.opportunities["rocket"]
    for query, letters in {
        "contact(name:jane title:sales)": "A",
        "contact(name:john title:sales)": "",
        "contact(name:john) contact(title:sales)": "A",
        "contact(email:bluth.example.com)": "B",
        "contact(email:*)": "AB",
        "contact(no:email)": "A",
        "contact(url:jane.example.com)": "A",
        "contact(call(duration > 60))": "A",
        "opportunity(status_type:active value > 400000)": "A",
        "opportunity(value > 400000 status:won)": "",
        "opportunity(status:won)": "B",
        "opportunity(status_type:won or value_period:monthly)": "AB",
        "opportunity(note:important)": "A",
        "opportunity(important)": "A",
        "opportunity(confidence:[50 TO 60])": "A",
        "opportunity(date_won:2026-06)": "A",
        "opportunity(date_won:today)": "B",
        "opportunity(contact:jane)": "A",
        'opportunity(custom.Contract:"C-1")': "A",
        "opportunity(pipeline:sales)": "AB",
        "opportunity(user:me)": "AB",
        f"opportunity_id:{deal}": "A",
        "not opportunity(status_type:active)": "BG",
        "opportunity()": "AB",
        "call()": "AB",
        "call(duration >= 60)": "A",
        "call(direction:inbound)": "B",
        "call(direction:incoming)": "B",
        "call(status:completed)": "AB",
        "call(direction:outbound) or call(duration:30)": "AB",
        "note(bananas)": "B",
        'note(note:"frozen bananas" user:me)': "B",
        "task(is_complete:no)": "AB",
        "task(is_complete:yes)": "B",
        "task(text:jane due:2026-05-20)": "A",
        "task(due:today)": "B",
        "address(city:bern country:ch)": "A",
        "address(city:bern country:de)": "",
        "email() or sms() or meeting(title:x) or custom_activity() or form_submission()": "",
        "no:sms no:meetings": "ABG",
        "lead(name:acme)": "A",
    }.items():
        assert which(world, query) == letters, query


def test_whether_there_is_any(world: World):
    three_leads(world)
    for query, letters in {
        "has:calls": "AB",
        "no:calls": "G",
        "has:notes": "B",
        "has:tasks": "AB",
        "has:opportunities": "AB",
        "has:contacts": "AB",
        "no:contacts": "G",
        "has:emails": "",
        "has:email": "AB",
        "has:email_address": "AB",
        "has:phone": "A",
        "has:address": "AB",
        "has:url": "A",
        "no:url": "BG",
        "has:description": "A",
        "has:num_notes": "B",
        'has:custom.Keeper no:"Two Words"': "",
        "has:size": "AB",
        "has:(notes, url)": "AB",
        "no:(notes, url)": "G",
        "-has:calls": "G",
        "has:sequences": "",
        "has:phone_numbers": "A",
        "has:phones": "A",
        "has:email_addresses": "AB",
        "has:urls": "A",
        "has:meetings": "",
        "has:sms_messages": "",
    }.items():
        assert which(world, query) == letters, query


def test_figures_and_times_of_leads(world: World):
    three_leads(world)
    for query, letters in {
        "num_calls:1": "AB",
        "num_calls:0": "G",
        "num_contacts > 1": "A",
        "contacts:[1 TO 2]": "AB",
        "contacts:[* TO 1]": "BG",
        "num_opportunities >= 1": "AB",
        "opportunities:1": "AB",
        "active_opportunities:1": "A",
        "opportunity_value >= 500000": "A",
        "won_opportunity_value:90000": "B",
        "num_notes > 0": "B",
        "phone_numbers:1": "A",
        "email_addresses:2": "A",
        "urls:2": "A",
        "sms_messages > 0": "",
        "meetings:0": "ABG",
        "times_communicated:1": "AB",
        # Views that every organization of Close begins with.
        "times_communicated:0 notes:0 tasks:0 opportunities:0": "G",
        "has:phone_numbers opportunities:1 calls:1 tasks:1": "A",
        "has:phone_numbers opportunities:0 calls:0 tasks:0": "",
        "last_call > 2026-05-12": "B",
        "last_call:2026-05-10": "A",
        "last_communication:yesterday": "B",
        'last_communication < "3 days ago"': "A",
        "last_call:*": "AB",
        'last_call:""': "G",
        "next_task:2026-05-20": "A",
        "next_task < tomorrow": "B",
        "last_emailed:*": "",
        "last_call_duration > 100": "A",
        "size > 12": "AB",
        "size > 12.5": "A",
        "size:[12 TO 13]": "B",
        "size = 250.0": "A",
        "size in (12.5, 250)": "AB",
        "size != 250": "BG",
        "size > -1": "AB",
        "size in (-5, 250)": "A",
        "size:[-5 TO 20]": "B",
    }.items():
        assert which(world, query) == letters, query


def test_custom_fields_by_name_and_id(world: World):
    made = three_leads(world)
    keeper = made.fields["Keeper"]
    for query, letters in {
        "custom.Size:250": "A",
        'custom."Two Words":alpha': "A",
        '"custom.Two Words":"alpha beta"': "A",
        '"Two Words":"alpha beta" sort:created': "A",
        '"two words":beta': "A",
        '"Two Words":gamma': "",
        f"{made.fields['Two Words']}:alpha": "A",
        f"{made.fields['Two Words'].removeprefix('custom.')}:alpha": "A",
        "Industry:space": "A",
        'custom.Industry in ("Housing", "Space")': "AB",
        "custom.Industry:Housing": "B",
        "custom.Industry != Housing": "AG",
        "custom.Industry:*": "AB",
        "custom.Industry:hous*": "B",
        "custom.Renewal:2026-06": "A",
        "custom.Renewal > today": "A",
        "custom.Renewal > 2026-06-01": "",
        "Renewal >= 2026-06-01 Renewal <= 2026-06-01": "A",
        f"{keeper}:me": "A",
        f"{keeper}:{world.ada.email}": "A",
        'Keeper:"Bo Berg"': "",
        "contact(birthday < 2000)": "A",
    }.items():
        assert which(world, query) == letters, query


def test_users_are_named_in_many_ways(world: World):
    three_leads(world)
    lead_of_bo = world.bo.close.post("/lead/", {"name": "Delta"}, 200)
    bo = lead_of_bo["created_by"]
    for word in ('"Bo Berg"', "bo", '"bo  berg"', world.bo.email, bo):
        assert which(world, f"created_by:{word}") == "D", word
        assert which(world, f"user:{word}") == "D", word
    assert which(world, "created_by:me") == "ABG"
    assert which(world, "created_by in (me, bo)") == "ABDG"
    assert which(world, "created_by != me") == "D"
    assert which(world, f"created_by:user_{UNKNOWN}") == ""
    answer = world.bo.close.get("/lead/", params={"query": "created_by:me"})
    assert [each["name"] for each in answer["data"]] == ["Delta"]


def test_messages_are_found_by_direction_and_text(world: World):
    source = make_configuration(world.ada, starterMessage="Hi {{firstName}}, see you soon!")
    send_lead(world.ada, source)
    for query in (
        "has:sms",
        "sms(soon)",
        "sms(direction:outgoing user:me date:today)",
        'sms(text:"hi jane" contact(name:jane))',
        "contact(sms(soon))",
        "num_sms:1",
        "last_sms:today",
        'last_communication:"last 2 hours" or last_communication:now',
        'source:"facebook lead ad"',
    ):
        assert found(world, query)["total_results"] == 1, query
    for query in ("sms(direction:incoming)", "has:emails", 'sms(text:"soon you")'):
        assert found(world, query)["total_results"] == 0, query
