using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TeamsWorkflows.Server.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class PublisherLedger : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Publisher",
                table: "Deliveries",
                type: "TEXT",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.Sql(
                """
                UPDATE "Deliveries" SET "Publisher" = (SELECT r."Publisher" FROM "Reports" AS r WHERE r."Id" = "Deliveries"."ReportId")
                """);

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_Publisher_CreatedAt_Id",
                table: "Deliveries",
                columns: new[] { "Publisher", "CreatedAt", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Deliveries_Publisher_CreatedAt_Id",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "Publisher",
                table: "Deliveries");
        }
    }
}
